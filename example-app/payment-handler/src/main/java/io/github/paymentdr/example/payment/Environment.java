package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.database.TrustBundle;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/** The environment variables that a function is configured with. */
final class Environment {
  private static final int MIN_LEASE_MILLIS = 100;
  private static final int MAX_LEASE_MILLIS = 60_000;

  private final Map<String, String> variables;

  Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  String text(String name) {
    String value = variables.get(name);
    if (value == null || value.isBlank()) {
      throw new IllegalStateException("the environment variable " + name + " must be set");
    }
    return value;
  }

  Region region() {
    String role = text("REGION_ROLE");
    return Arrays.stream(Region.Role.values())
        .filter(known -> known.name().equals(role))
        .findFirst()
        .map(known -> new Region(text("AWS_REGION"), known))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "REGION_ROLE must be PRIMARY or SECONDARY, got '" + role + "'"));
  }

  /** {@return how long a reading of the lease is good for} */
  Duration leaseTime() {
    String text = text("LEASE_MILLIS");
    try {
      int millis = Integer.parseInt(text);
      if (millis >= MIN_LEASE_MILLIS && millis <= MAX_LEASE_MILLIS) {
        return Duration.ofMillis(millis);
      }
    } catch (NumberFormatException e) {
      // The message below says it.
    }
    throw new IllegalStateException(
        "LEASE_MILLIS must be a whole number from %s to %s, got '%s'"
            .formatted(MIN_LEASE_MILLIS, MAX_LEASE_MILLIS, text));
  }

  DatabaseSettings database(DatabaseSettings.Target target) {
    return at(text("DB_HOST"), target);
  }

  /**
   * {@return the server to read from: one of its own where the writer's name leads nowhere as long
   * as the other region is active}
   */
  DatabaseSettings reader() {
    String host = variables.get("DB_READ_HOST");
    return at(host == null || host.isBlank() ? text("DB_HOST") : host, DatabaseSettings.Target.ANY);
  }

  private DatabaseSettings at(String host, DatabaseSettings.Target target) {
    return new DatabaseSettings(
        host, port(), text("DB_NAME"), TrustBundle.locate(variables), target);
  }

  private int port() {
    String port = text("DB_PORT");
    try {
      return Integer.parseInt(port);
    } catch (NumberFormatException e) {
      throw new IllegalStateException("DB_PORT must be a number, got '" + port + "'", e);
    }
  }
}
