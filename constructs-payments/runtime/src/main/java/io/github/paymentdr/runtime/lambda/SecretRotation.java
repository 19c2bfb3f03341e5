package io.github.paymentdr.runtime.lambda;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.runtime.aws.AwsFailures;
import io.github.paymentdr.runtime.aws.Secrets;
import io.github.paymentdr.runtime.aws.Secrets.DatabaseUser;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.logical.CredentialRotation;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ResourceExistsException;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/**
 * One rotation of the secret of the replication user. Each step looks at what there is and may be
 * repeated.
 *
 * <p>Two users take turns, so that the one that the subscription logs in as keeps its password
 * until the other region has taken over the new one.
 */
final class SecretRotation {
  private static final String CURRENT = "AWSCURRENT";
  private static final String PENDING = "AWSPENDING";
  private static final String FIRST_USER = "dr_replication_a";
  private static final String SECOND_USER = "dr_replication_b";

  /** Letters and digits alone still make more than 280 bits. */
  private static final int PASSWORD_LENGTH = 48;

  private static final String PASSWORD_CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private final SecretsManagerClient client;
  private final Pair pair;
  private final Log log;
  private final String secret;
  private final String version;

  SecretRotation(Pair pair, Log log, String secret, String version) {
    this.client = pair.secrets();
    this.pair = pair;
    this.log = log;
    this.secret = secret;
    this.version = version;
  }

  /** The steps, in the words of Secrets Manager. */
  void run(String step) {
    try {
      List<String> stages = stages();
      if (stages.contains(CURRENT)) {
        log.info("this version is the current one already");
        return;
      }
      if (!stages.contains(PENDING)) {
        throw new ControlException(
            "the version "
                + version
                + " of the secret is not being rotated: its stages are "
                + stages
                + ", and "
                + PENDING
                + " is not among them; start a new rotation");
      }
      switch (step) {
        case "createSecret" -> create();
        case "setSecret" -> pending().set();
        case "testSecret" -> pending().test();
        case "finishSecret" -> finish();
        default ->
            throw new IllegalArgumentException(
                "Step must be createSecret, setSecret, testSecret or finishSecret, got '"
                    + step
                    + "'");
      }
    } catch (SdkException e) {
      throw AwsFailures.of(step + " of the secret's rotation failed", e);
    } catch (SQLException e) {
      throw new ControlException(
          step + " of the secret's rotation failed: " + e.getMessage() + "; rotate again", e);
    }
  }

  private List<String> stages() {
    return Optional.ofNullable(versions().get(version))
        .orElseThrow(
            () ->
                new ControlException(
                    "the secret has no version "
                        + version
                        + "; the token of a rotation comes from Secrets Manager"));
  }

  private Map<String, List<String>> versions() {
    return client.describeSecret(call -> call.secretId(secret)).versionIdsToStages();
  }

  private void create() {
    if (findPending().isPresent()) {
      log.info("the new version has its password already");
      return;
    }
    GetSecretValueResponse current =
        client.getSecretValue(call -> call.secretId(secret).versionStage(CURRENT));
    Map<String, Object> members = new LinkedHashMap<>(Secrets.membersOf(secret, current));
    members.put("username", FIRST_USER.equals(members.get("username")) ? SECOND_USER : FIRST_USER);
    members.put("password", newPassword());
    try {
      client.putSecretValue(
          call ->
              call.secretId(secret)
                  .clientRequestToken(version)
                  .secretString(Json.write(members))
                  .versionStages(PENDING));
    } catch (ResourceExistsException e) {
      log.info("another call has given the new version its password");
    }
  }

  /** Letters and digits only: it becomes part of a connection string. */
  private static String newPassword() {
    return new SecureRandom()
        .ints(PASSWORD_LENGTH, 0, PASSWORD_CHARACTERS.length())
        .mapToObj(PASSWORD_CHARACTERS::charAt)
        .map(String::valueOf)
        .collect(joining());
  }

  /** {@return the database with the new version's user as its replication user} */
  private CredentialRotation pending() {
    DatabaseUser user =
        findPending()
            .map(found -> Secrets.userOf(secret, found))
            .orElseThrow(
                () ->
                    new ControlException(
                        "the version "
                            + version
                            + " of the secret is empty; run createSecret first"));
    return new CredentialRotation(pair.servers(() -> user));
  }

  private Optional<GetSecretValueResponse> findPending() {
    try {
      return Optional.of(
          client.getSecretValue(
              call -> call.secretId(secret).versionId(version).versionStage(PENDING)));
    } catch (ResourceNotFoundException e) {
      return Optional.empty();
    }
  }

  private void finish() {
    Optional<String> current =
        versions().entrySet().stream()
            .filter(known -> known.getValue().contains(CURRENT))
            .map(Map.Entry::getKey)
            .findFirst();
    client.updateSecretVersionStage(
        call -> {
          call.secretId(secret).versionStage(CURRENT).moveToVersionId(version);
          current.ifPresent(call::removeFromVersionId);
        });
    log.info("the new version is the current one; both regions take it over within two minutes");
  }
}
