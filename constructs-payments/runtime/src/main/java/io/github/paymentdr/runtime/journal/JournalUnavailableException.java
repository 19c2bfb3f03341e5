package io.github.paymentdr.runtime.journal;

import org.jspecify.annotations.Nullable;

/**
 * The journal did not answer, so that nothing may be accepted. Nobody knows what it has written.
 */
public final class JournalUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what could not be done
   * @param cause why, if something was thrown
   */
  public JournalUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
