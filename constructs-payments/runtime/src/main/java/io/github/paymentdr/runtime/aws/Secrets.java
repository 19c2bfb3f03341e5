package io.github.paymentdr.runtime.aws;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.replication.ControlException;
import java.io.IOException;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;

/** Database users in Secrets Manager: JSON objects with {@code username} and {@code password}. */
public final class Secrets {
  private Secrets() {}

  /**
   * A database user as a secret has it.
   *
   * @param credentials name and password
   * @param version the version of the secret
   */
  public record DatabaseUser(Credentials credentials, String version) {}

  /**
   * Reads the current version of a secret.
   *
   * @param client a client of the secret's region
   * @param secret the secret's ARN
   * @return the user
   * @throws ControlException if it cannot be read
   */
  public static DatabaseUser read(SecretsManagerClient client, String secret) {
    try {
      return userOf(secret, client.getSecretValue(get -> get.secretId(secret)));
    } catch (SdkException e) {
      throw AwsFailures.of("the secret " + secret + " could not be read", e);
    }
  }

  /**
   * Takes a user from a secret.
   *
   * @param secret the secret's ARN, for messages
   * @param response what Secrets Manager answered
   * @return the user
   * @throws ControlException if it is no database user; the message does not quote it
   */
  public static DatabaseUser userOf(String secret, GetSecretValueResponse response) {
    Map<String, Object> members = membersOf(secret, response);
    if (members.get("username") instanceof String user
        && members.get("password") instanceof String password
        && !user.isEmpty()
        && !password.isEmpty()) {
      return new DatabaseUser(new Credentials(user, password), response.versionId());
    }
    throw noUser(secret);
  }

  /**
   * Takes a secret apart.
   *
   * @param secret the secret's ARN, for messages
   * @param response what Secrets Manager answered
   * @return the members of the JSON object
   * @throws ControlException if it is none; the message does not quote it
   */
  public static Map<String, Object> membersOf(String secret, GetSecretValueResponse response) {
    String text = response.secretString();
    if (text != null) {
      try {
        return Json.readObject(text);
      } catch (IOException e) {
        // The parser's message could quote the secret.
      }
    }
    throw noUser(secret);
  }

  private static ControlException noUser(String secret) {
    return new ControlException(
        "the secret " + secret + " must be a JSON object with username and password");
  }
}
