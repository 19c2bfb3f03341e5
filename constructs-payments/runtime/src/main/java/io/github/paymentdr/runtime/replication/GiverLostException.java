package io.github.paymentdr.runtime.replication;

/**
 * The other region has stopped for a planned promotion of this one, and then it was lost: it can
 * neither hand over nor go on.
 */
public final class GiverLostException extends ControlException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what is known and what to do; no secret
   */
  public GiverLostException(String message) {
    super(message);
  }
}
