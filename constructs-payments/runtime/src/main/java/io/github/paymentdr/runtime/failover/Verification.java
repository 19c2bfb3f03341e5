package io.github.paymentdr.runtime.failover;

import io.github.paymentdr.runtime.control.ControlItems;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.probe.HealthAnswer;
import io.github.paymentdr.runtime.probe.Outlook;
import io.github.paymentdr.runtime.replication.ControlException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sees that this region takes payments: asks it as a caller would. */
public final class Verification {
  private final ControlItems items;
  private final Outlook outlook;
  private final String region;

  /**
   * Makes a verification.
   *
   * @param items the control table
   * @param outlook asks
   * @param region this region
   */
  public Verification(ControlItems items, Outlook outlook, String region) {
    this.items = items;
    this.outlook = outlook;
    this.region = region;
  }

  /**
   * Verifies.
   *
   * @return what was seen
   * @throws ControlException if the region does not say that it is up and that its database can be
   *     written
   */
  public Map<String, @Nullable Object> verify() {
    String url =
        items
            .functionUrl(region)
            .orElseThrow(
                () -> failed("it has not registered; deploy its stack again", "no answer"));
    HealthAnswer answer = outlook.askOwnHealth(url);
    if (!answer.isHealthy()) {
      throw failed(answer.text(), answer.body());
    }
    Map<String, Object> health = parse(answer.body());
    if (!"UP".equals(health.get("status"))) {
      throw failed("its status is not UP", answer.body());
    }
    if (!(health.get("database") instanceof Map<?, ?> database)
        || !Boolean.TRUE.equals(database.get("writable"))) {
      throw failed("its database cannot be written", answer.body());
    }
    return Map.of("verified", true);
  }

  private Map<String, Object> parse(String body) {
    try {
      return Json.readObject(body);
    } catch (IOException e) {
      throw failed("what it says is not one JSON object", body);
    }
  }

  private ControlException failed(String why, String body) {
    return new ControlException(
        region
            + " is active and does not take payments: "
            + why
            + "; it said: "
            + (body.isEmpty() ? "nothing" : body));
  }
}
