package io.github.paymentdr.example.payment;

import java.io.IOException;
import java.util.Map;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Who may change the schema.
 *
 * @param name the user
 * @param password the password
 */
record MasterUser(String name, String password) {
  /**
   * Reads the user from Secrets Manager.
   *
   * @param client the client
   * @param secretArn a secret as RDS and the CDK write it: JSON with {@code username} and {@code
   *     password}. The host in it goes stale after a failover and is not used
   * @return the user
   */
  static MasterUser read(SecretsManagerClient client, String secretArn) {
    return parse(client.getSecretValue(get -> get.secretId(secretArn)).secretString());
  }

  static MasterUser parse(String secret) {
    try {
      Map<String, Object> members = Json.readObject(secret);
      if (members.get("username") instanceof String name
          && members.get("password") instanceof String password) {
        return new MasterUser(name, password);
      }
    } catch (IOException e) {
      // The parser's message quotes the secret.
    }
    throw new IllegalStateException(
        "the secret of the master user must be JSON with username and password");
  }

  /** {@return the name only} */
  @Override
  public String toString() {
    return name;
  }
}
