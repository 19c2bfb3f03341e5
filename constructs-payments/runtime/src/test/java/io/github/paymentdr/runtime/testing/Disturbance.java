package io.github.paymentdr.runtime.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of a call on its way to the control table and back. A disturbance may do anything
 * around {@link ControlLink.Call#carryOut()}.
 */
@FunctionalInterface
public interface Disturbance {
  /**
   * Lets a call happen.
   *
   * @param call the call
   * @return what the caller is answered; empty when its connection breaks
   */
  Optional<ControlLink.Answer> play(ControlLink.Call call) throws IOException, InterruptedException;

  /** {@return the connection breaks before the call is carried out} */
  static Disturbance lost() {
    return call -> Optional.empty();
  }

  /** {@return the call is carried out, and the connection breaks} */
  static Disturbance answerLost() {
    return call -> {
      call.carryOut();
      return Optional.empty();
    };
  }

  /** {@return the call is not carried out, and no answer comes before the link is closed} */
  static Disturbance hangs() {
    return call -> {
      call.awaitClose();
      return Optional.empty();
    };
  }

  /** {@return the call is carried out, and no answer comes before the link is closed} */
  static Disturbance answerHangs() {
    return call -> {
      call.carryOut();
      call.awaitClose();
      return Optional.empty();
    };
  }

  /** {@return the call is refused with an error of DynamoDB, such as ThrottlingException} */
  static Disturbance error(int status, String code) {
    return call -> Optional.of(ControlLink.Answer.error(status, code));
  }

  /** {@return the call is carried out and answered with an error, such as InternalServerError} */
  static Disturbance answerError(int status, String code) {
    return call -> {
      call.carryOut();
      return Optional.of(ControlLink.Answer.error(status, code));
    };
  }

  /** {@return the call is late} */
  static Disturbance delayed(Duration delay) {
    return call -> {
      Thread.sleep(delay.toMillis());
      return Optional.of(call.carryOut());
    };
  }

  /** {@return the answer is late} */
  static Disturbance answerDelayed(Duration delay) {
    return call -> {
      ControlLink.Answer answer = call.carryOut();
      Thread.sleep(delay.toMillis());
      return Optional.of(answer);
    };
  }

  /** {@return something happens before the call is carried out} */
  static Disturbance before(Runnable event) {
    return call -> {
      event.run();
      return Optional.of(call.carryOut());
    };
  }

  /** {@return something happens after the call is carried out and before it is answered} */
  static Disturbance after(Runnable event) {
    return call -> {
      ControlLink.Answer answer = call.carryOut();
      event.run();
      return Optional.of(answer);
    };
  }
}
