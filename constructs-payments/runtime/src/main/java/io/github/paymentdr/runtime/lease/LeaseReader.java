package io.github.paymentdr.runtime.lease;

/** Reads the lease. */
@FunctionalInterface
public interface LeaseReader {
  /**
   * Reads the lease as it is now, with all writes to it that had been answered before.
   *
   * @return the lease
   * @throws LeaseUnavailableException if it cannot be read, or there is none
   */
  Lease read();
}
