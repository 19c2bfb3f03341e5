package io.github.paymentdr.payments.failover;

import java.util.Map;

/** Until a template has it. */
public final class ProvisionalDefinition {
  private ProvisionalDefinition() {}

  public static Map<String, Object> of(String region, String peer) {
    return FailoverDefinition.of(
        "aws", region, peer, true, new StepTimes(5, 10, 15, 16, 60, 30, 15, 30, 600));
  }
}
