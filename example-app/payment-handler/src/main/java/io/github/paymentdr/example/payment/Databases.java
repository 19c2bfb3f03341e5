package io.github.paymentdr.example.payment;

/**
 * The database of this region, by what is needed of it. What books needs the server that can be
 * written to; what reads takes a replica too, which is all that a region may have while the other
 * one is active. Which region that is changes, so it cannot say which server to connect to.
 *
 * @param bookings for what books
 * @param reads for what reads
 */
record Databases(Database bookings, Database reads) implements AutoCloseable {
  /** Whether what was just booked may take a moment to be read. */
  boolean isReadElsewhere() {
    return !bookings.isAtSameHost(reads);
  }

  @Override
  public void close() {
    bookings.close();
    reads.close();
  }
}
