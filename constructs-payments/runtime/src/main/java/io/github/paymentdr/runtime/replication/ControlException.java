package io.github.paymentdr.runtime.replication;

/** Something that an operation needs did not answer or failed; the operation may be repeated. */
public class ControlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what failed and what to do; no secret
   * @param cause the cause
   */
  public ControlException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Makes the exception.
   *
   * @param message what failed and what to do; no secret
   */
  public ControlException(String message) {
    super(message);
  }
}
