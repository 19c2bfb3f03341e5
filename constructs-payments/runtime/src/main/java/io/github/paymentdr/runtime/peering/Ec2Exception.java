package io.github.paymentdr.runtime.peering;

import io.github.paymentdr.runtime.replication.ControlException;
import java.util.Set;

/** EC2 did not do what it was asked for. */
public final class Ec2Exception extends ControlException {
  private static final long serialVersionUID = 1L;

  private static final Set<String> THROTTLED =
      Set.of(
          "EC2ThrottledException",
          "RequestLimitExceeded",
          "RequestThrottled",
          "Throttling",
          "ThrottlingException");

  private static final String NO_ANSWER = "NoAnswer";
  private static final int SERVER_FAULT = 500;

  private final String code;

  private Ec2Exception(String message, String code) {
    super(message);
    this.code = code;
  }

  private Ec2Exception(String message, Throwable cause) {
    super(message, cause);
    this.code = NO_ANSWER;
  }

  static Ec2Exception noAnswer(String action, String region, Throwable cause) {
    return new Ec2Exception(
        String.format("EC2 in %s did not answer to %s: %s", region, action, cause), cause);
  }

  /** An answer that is an error; one that says no more than its status is that of a sick server. */
  static Ec2Exception of(String action, String region, int status, String code, String message) {
    boolean sick = status >= SERVER_FAULT && !THROTTLED.contains(code);
    return new Ec2Exception(
        String.format(
            "EC2 in %s answered to %s with status %s: %s %s",
            region, action, status, code, message),
        sick ? NO_ANSWER : code);
  }

  /** {@return EC2's code for what is wrong} */
  String code() {
    return code;
  }

  /** {@return whether the region's API could not be reached or is out of order} */
  public boolean isUnreachable() {
    return code.equals(NO_ANSWER);
  }

  /** {@return whether the same request may succeed a little later} */
  boolean mayPass() {
    return isUnreachable() || THROTTLED.contains(code);
  }
}
