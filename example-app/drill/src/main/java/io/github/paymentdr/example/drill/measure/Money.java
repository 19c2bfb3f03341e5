package io.github.paymentdr.example.drill.measure;

import io.github.paymentdr.example.drill.load.Order;
import io.github.paymentdr.example.drill.pair.Books;
import io.github.paymentdr.example.drill.report.LedgerSum;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what each payer has paid with what it was told. A payment that its caller does not know
 * of may be booked or not; it is expected to be booked when it is. Where nobody can ask for it by
 * its key, it explains what a payer has paid too much, if amounts of such payments add up to it.
 */
final class Money {
  /** Sums of more amounts are not tried, because they double with each. */
  private static final int MOST_AMOUNTS = 16;

  private final @Nullable Books books;
  private final List<String> doubled = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private long expected;
  private long booked;

  Money(Payments payments, Aftermath aftermath, @Nullable Books books) {
    this.books = books;
    for (String payer : payments.payers()) {
      Long paid = paid(payer, aftermath);
      if (paid == null) {
        faults.add("the endpoint did not say what " + payer + " has paid");
        continue;
      }
      long told =
          payments.acknowledged().values().stream()
              .filter(payment -> payment.payer().equals(payer))
              .mapToLong(Payments.Acknowledged::amount)
              .sum();
      long accountedFor = told + openBooked(payer, paid - told, payments.open());
      booked += paid;
      expected += accountedFor;
      if (paid != accountedFor) {
        differs(payer, paid, accountedFor, payments);
      }
    }
  }

  private @Nullable Long paid(String payer, Aftermath aftermath) {
    if (books != null) {
      return books.paidByPayer().getOrDefault(payer, 0L);
    }
    Long balance = aftermath.balances().get(payer);
    return balance == null ? null : (Long) (-balance);
  }

  /** {@return how much of what its caller does not know of is booked} */
  private long openBooked(String payer, long tooMuch, List<Order> open) {
    List<Order> ofPayer = open.stream().filter(order -> order.payer().equals(payer)).toList();
    if (books != null) {
      Set<String> keys = books.keys().keySet();
      return ofPayer.stream()
          .filter(order -> keys.contains(order.key()))
          .mapToLong(Order::amount)
          .sum();
    }
    return isSumOf(tooMuch, ofPayer) ? tooMuch : 0;
  }

  private static boolean isSumOf(long amount, List<Order> orders) {
    if (orders.size() > MOST_AMOUNTS) {
      return amount > 0 && amount <= orders.stream().mapToLong(Order::amount).sum();
    }
    Set<Long> sums = new HashSet<>(Set.of(0L));
    for (Order order : orders) {
      List.copyOf(sums).forEach(sum -> sums.add(sum + order.amount()));
    }
    return sums.contains(amount);
  }

  private void differs(String payer, long paid, long accountedFor, Payments payments) {
    String text = "%s has paid %s and was told of %s".formatted(payer, paid, accountedFor);
    faults.add(text);
    // From outside, money is all that shows a payment that nobody was told of.
    if (books == null && paid > accountedFor && !payments.payersOfDoubled().contains(payer)) {
      doubled.add(text);
    }
  }

  List<String> doubled() {
    return doubled;
  }

  List<String> faults() {
    return faults;
  }

  LedgerSum sum() {
    return new LedgerSum(expected, booked, books == null ? 0 : books.unbalancedBookings().size());
  }
}
