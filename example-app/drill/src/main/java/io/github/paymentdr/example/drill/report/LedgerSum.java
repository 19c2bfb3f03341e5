package io.github.paymentdr.example.drill.report;

/**
 * Whether the books add up.
 *
 * @param expected the sum of all acknowledged payments, in minor units
 * @param booked what the payers' accounts have paid, in minor units
 * @param unbalancedBookings bookings whose postings do not add up to zero
 */
public record LedgerSum(long expected, long booked, long unbalancedBookings) {
  /** {@return whether the books add up} */
  public boolean isRight() {
    return expected == booked && unbalancedBookings == 0;
  }
}
