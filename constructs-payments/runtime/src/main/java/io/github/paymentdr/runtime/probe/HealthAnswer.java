package io.github.paymentdr.runtime.probe;

import java.util.OptionalInt;

/**
 * What a region said when it was asked for its health.
 *
 * @param status the HTTP status; empty if no answer came in time
 * @param body the beginning of what was said
 * @param problem why no answer came; empty if one did
 */
public record HealthAnswer(OptionalInt status, String body, String problem) {
  private static final int OK = 200;

  /** What Lambda answers when who asks has not, or not any more, the right to. */
  private static final int FORBIDDEN = 403;

  /** {@return whether the region says that it is well} */
  public boolean isHealthy() {
    return status.isPresent() && status.getAsInt() == OK;
  }

  /** {@return whether the question was not let through} */
  public boolean isRefusal() {
    return status.isPresent() && status.getAsInt() == FORBIDDEN;
  }

  /** {@return whether anything answered at all} */
  public boolean isAnswer() {
    return status.isPresent();
  }

  /** {@return what happened, for people} */
  public String text() {
    return isAnswer() ? "HTTP " + status.getAsInt() : problem;
  }

  static HealthAnswer none(String problem) {
    return new HealthAnswer(OptionalInt.empty(), "", problem);
  }
}
