package io.github.paymentdr.runtime.lease;

/** This region may not accept writes now. */
public final class RegionNotActiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message who is active instead
   */
  public RegionNotActiveException(String message) {
    super(message);
  }
}
