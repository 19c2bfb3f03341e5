package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.GiverLostException;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns failures into what Lambda may show: one line that is not too long for CloudFormation, and
 * no causes, whose texts nobody has looked at.
 */
final class Failures {
  private static final int MAX_MESSAGE = 1_000;
  private static final String MORE = "; more is in the function's log";

  private Failures() {}

  /** Logs a failure and makes the exception that Lambda reports. */
  static RuntimeException reported(String operation, Log log, RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    log.warn(message, "error", failure.getClass().getSimpleName());
    if (failure instanceof RefusedException refused) {
      return new RefusedException(operation, shortened(operation, refused.reasons()));
    }
    if (failure instanceof GiverLostException) {
      return new GiverLostException(shortened(message));
    }
    if (failure instanceof ControlException) {
      return new ControlException(shortened(message));
    }
    if (failure instanceof IllegalStateException || failure instanceof IllegalArgumentException) {
      return new IllegalStateException(shortened(message));
    }
    log.warn("this is a fault of the function", "at", places(failure));
    return new IllegalStateException(
        shortened(operation + " failed for a fault of the function: " + failure));
  }

  private static List<String> shortened(String operation, List<String> reasons) {
    int room = MAX_MESSAGE - operation.length() - MORE.length() - " was refused: ".length();
    List<String> kept = new ArrayList<>();
    for (String reason : reasons) {
      room -= reason.length() + "; ".length();
      if (room < 0) {
        kept.add(
            kept.isEmpty()
                ? shortened(reason).substring(0, reason.length() + room) + MORE
                : reasons.size() - kept.size() + " more reasons are in the function's log");
        break;
      }
      kept.add(oneLine(reason));
    }
    return kept;
  }

  private static String shortened(String message) {
    String line = oneLine(message);
    return line.length() <= MAX_MESSAGE
        ? line
        : line.substring(0, MAX_MESSAGE - MORE.length()) + MORE;
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\s+", " ");
  }

  private static List<String> places(Throwable failure) {
    List<String> places = new ArrayList<>();
    for (StackTraceElement element : failure.getStackTrace()) {
      places.add(element.toString());
    }
    return places;
  }
}
