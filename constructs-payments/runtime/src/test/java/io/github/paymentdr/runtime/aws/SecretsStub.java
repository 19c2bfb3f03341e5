package io.github.paymentdr.runtime.aws;

import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Plays Secrets Manager: secrets in one region, which other regions can only read. */
public final class SecretsStub {
  private static final String CURRENT = "AWSCURRENT";
  private static final String PENDING = "AWSPENDING";
  private static final String PREVIOUS = "AWSPREVIOUS";

  private final String region;
  private final Map<String, Map<String, Version>> secrets = new ConcurrentHashMap<>();

  private static final class Version {
    private @Nullable String value;
    private final List<String> stages = new ArrayList<>();
  }

  /** Answers for the secrets of a region, and for their replicas. */
  public SecretsStub(AwsStub aws, String region) {
    this.region = region;
    aws.on("secretsmanager.GetSecretValue", locked(this::get))
        .on("secretsmanager.DescribeSecret", locked(this::describe))
        .on("secretsmanager.PutSecretValue", locked(this::put))
        .on("secretsmanager.UpdateSecretVersionStage", locked(this::move));
  }

  /** Makes a secret with a current version. */
  public SecretsStub with(String secret, String user, String password) {
    Version version = new Version();
    version.value = Json.write(Map.of("username", user, "password", password));
    version.stages.add(CURRENT);
    secrets.computeIfAbsent(secret, name -> new LinkedHashMap<>()).put("first", version);
    return this;
  }

  /** Begins a rotation as the service does. */
  public synchronized String startRotation(String secret) {
    String token = UUID.randomUUID().toString();
    Version version = new Version();
    version.stages.add(PENDING);
    versions(secret).values().forEach(known -> known.stages.remove(PENDING));
    versions(secret).put(token, version);
    return token;
  }

  public synchronized Map<String, Object> current(String secret) throws IOException {
    return Json.readObject(
        Objects.requireNonNull(
            versions(secret).values().stream()
                .filter(version -> version.stages.contains(CURRENT))
                .findFirst()
                .orElseThrow()
                .value));
  }

  public synchronized List<String> stages(String secret, String version) {
    return List.copyOf(Objects.requireNonNull(versions(secret).get(version)).stages);
  }

  private AwsStub.Action locked(AwsStub.Action action) {
    return request -> {
      synchronized (this) {
        return request.has("SecretId") && !secrets.containsKey(request.text("SecretId"))
            ? notFound("Secrets Manager can't find the specified secret.")
            : action.answer(request);
      }
    };
  }

  private Response get(Request request) {
    String stage = request.has("VersionStage") ? request.text("VersionStage") : CURRENT;
    for (Map.Entry<String, Version> known : versions(request.text("SecretId")).entrySet()) {
      Version version = known.getValue();
      boolean isAsked =
          !request.has("VersionId") || request.text("VersionId").equals(known.getKey());
      String value = version.value;
      if (isAsked && version.stages.contains(stage) && value != null) {
        return Response.json(
            Map.of(
                "ARN",
                request.text("SecretId"),
                "VersionId",
                known.getKey(),
                "SecretString",
                value,
                "VersionStages",
                version.stages));
      }
    }
    return notFound("Secrets Manager can't find the specified secret value for staging label.");
  }

  private Response describe(Request request) {
    Map<String, Object> stages = new LinkedHashMap<>();
    versions(request.text("SecretId")).forEach((id, version) -> stages.put(id, version.stages));
    return Response.json(Map.of("ARN", request.text("SecretId"), "VersionIdsToStages", stages));
  }

  private Response put(Request request) {
    if (!request.region().equals(region)) {
      return readOnly();
    }
    Version version =
        versions(request.text("SecretId"))
            .computeIfAbsent(request.text("ClientRequestToken"), token -> new Version());
    String value = request.text("SecretString");
    if (version.value != null && !version.value.equals(value)) {
      return Response.jsonError(
          400, "ResourceExistsException", "You can't modify an existing version.");
    }
    version.value = value;
    return Response.json(Map.of("ARN", request.text("SecretId")));
  }

  private Response move(Request request) {
    if (!request.region().equals(region)) {
      return readOnly();
    }
    Map<String, Version> versions = versions(request.text("SecretId"));
    Version from = versions.get(request.text("RemoveFromVersionId"));
    if (from == null || !from.stages.contains(CURRENT)) {
      return Response.jsonError(
          400, "InvalidParameterException", "The label is attached to another version.");
    }
    versions.values().forEach(version -> version.stages.remove(PREVIOUS));
    from.stages.remove(CURRENT);
    from.stages.add(PREVIOUS);
    Objects.requireNonNull(versions.get(request.text("MoveToVersionId"))).stages.add(CURRENT);
    return Response.json(Map.of("ARN", request.text("SecretId")));
  }

  private Map<String, Version> versions(String secret) {
    return Objects.requireNonNull(secrets.get(secret));
  }

  private static Response notFound(String message) {
    return Response.jsonError(400, "ResourceNotFoundException", message);
  }

  private static Response readOnly() {
    return Response.jsonError(
        400,
        "InvalidRequestException",
        "Operation not permitted on a replica secret. Call must be made in primary secret's"
            + " region.");
  }
}
