package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.log.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.Security;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rotates the secret of the replication user without a stop of the replication; called by Secrets
 * Manager for each of the four steps of a rotation, in the region that the secret itself is in.
 *
 * <p>It makes the new user in its own region's database. The other region's database learns of it
 * from the replica of the secret when its function runs next, and the subscription moves to it
 * after it has logged in at the publisher.
 */
public final class CredentialRotationHandler implements RequestStreamHandler {
  static {
    Security.setProperty("networkaddress.cache.ttl", "5");
  }

  private final Map<String, String> variables;
  private final AwsClients clients;
  private final PrintStream out;
  private @Nullable Configured configured;

  /** Makes the handler of a function, which is configured by its environment. */
  public CredentialRotationHandler() {
    this(System.getenv(), AwsClients.ofFunction(), System.out);
  }

  CredentialRotationHandler(Map<String, String> variables, AwsClients clients, PrintStream out) {
    this.variables = variables;
    this.clients = clients;
    this.out = out;
  }

  private record Configured(String secret, Pair pair) {}

  /**
   * Does a step.
   *
   * @param event the step with the members {@code Step}, {@code SecretId} and {@code
   *     ClientRequestToken}
   * @param response stays empty
   * @param context has the id of the request
   * @throws IOException if the event is not a JSON object
   * @throws io.github.paymentdr.runtime.replication.ControlException if the step failed; Secrets
   *     Manager repeats it
   * @throws IllegalStateException if the event or the environment is wrong
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    Map<String, Object> request = Json.readObject(new String(event.readAllBytes(), UTF_8));
    String step = String.valueOf(request.get("Step"));
    Map<String, Object> always = new LinkedHashMap<>();
    always.put("operation", step);
    always.put("requestId", context.getAwsRequestId());
    Log log = new Log(out, always);
    try {
      rotation(request, log).run(step);
      log.info("the step is done");
    } catch (RuntimeException e) {
      throw Failures.reported(step, log, e);
    }
  }

  private SecretRotation rotation(Map<String, Object> request, Log log) {
    Configured function = configured();
    if (!function.secret().equals(request.get("SecretId"))) {
      throw new IllegalArgumentException(
          "this function rotates the secret "
              + function.secret()
              + " only, got '"
              + request.get("SecretId")
              + "'");
    }
    return new SecretRotation(
        function.pair(), log, function.secret(), String.valueOf(request.get("ClientRequestToken")));
  }

  private synchronized Configured configured() {
    Configured known = configured;
    if (known == null) {
      known = configure(Configuration.ofRotation(variables));
      configured = known;
    }
    return known;
  }

  private Configured configure(Configuration configuration) {
    if (!(configuration.mode() instanceof Configuration.Logical mode)) {
      throw new IllegalStateException(
          "a global database has no replication user; remove the rotation");
    }
    return new Configured(mode.replicationSecret(), new Pair(configuration, mode, clients));
  }
}
