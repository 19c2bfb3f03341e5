package io.github.paymentdr.runtime.lease;

import org.jspecify.annotations.Nullable;

/** The lease cannot be read, so nobody knows who is active and nothing may be accepted. */
public final class LeaseUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what could not be done
   * @param cause why, if something was thrown
   */
  public LeaseUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
