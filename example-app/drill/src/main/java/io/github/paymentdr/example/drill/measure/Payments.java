package io.github.paymentdr.example.drill.measure;

import static java.util.Comparator.comparing;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.load.Order;
import io.github.paymentdr.example.drill.measure.Aftermath.Finding;
import io.github.paymentdr.example.drill.pair.Books;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What callers were told of their payments, and what is there of them afterwards. */
final class Payments {
  private static final int EXAMPLES = 5;

  private final List<Order> orders;
  private final Aftermath aftermath;
  private final @Nullable Books books;

  /** All payments that a caller was told of, in the order of the answers; a key may have two. */
  private final List<Acknowledged> told = new ArrayList<>();

  /** The first of each key. */
  private final Map<String, Acknowledged> byKey = new LinkedHashMap<>();

  private final List<Acknowledged> lost;
  private final Map<String, String> doubled = new TreeMap<>();

  /**
   * A payment that a caller was told is accepted.
   *
   * @param id its id
   * @param key its key
   * @param reference its reference
   * @param payer who paid
   * @param amount in minor units
   * @param region who accepted it
   * @param epoch in which epoch
   * @param at when the caller was told first
   */
  record Acknowledged(
      String id,
      String key,
      String reference,
      String payer,
      long amount,
      String region,
      long epoch,
      Instant at) {
    @Override
    public String toString() {
      return "payment %s of key %s, %s minor units, told by %s in epoch %s at %s"
          .formatted(id, key, amount, region, epoch, at);
    }
  }

  Payments(List<Attempt> attempts, List<Order> orders, Aftermath aftermath, @Nullable Books books) {
    this.orders = orders;
    this.aftermath = aftermath;
    this.books = books;
    Set<String> ids = new TreeSet<>();
    for (Attempt attempt :
        attempts.stream()
            .filter(Attempt::isAccepted)
            .sorted(comparing(Attempt::answeredAt))
            .toList()) {
      Acknowledged payment =
          new Acknowledged(
              attempt.paymentId(),
              attempt.key(),
              attempt.reference(),
              attempt.payer(),
              attempt.amount(),
              attempt.region(),
              attempt.epoch(),
              attempt.answeredAt());
      Acknowledged first = byKey.putIfAbsent(attempt.key(), payment);
      if (ids.add(attempt.key() + " " + attempt.paymentId())) {
        told.add(payment);
      }
      if (first != null && !first.id().equals(payment.id())) {
        doubled.putIfAbsent(
            payment.reference(),
            "key %s was told of payment %s and of %s"
                .formatted(payment.key(), first.id(), payment.id()));
      }
    }
    if (books != null) {
      books
          .doubledReferences()
          .forEach(
              reference ->
                  doubled.putIfAbsent(reference, "reference " + reference + " is booked twice"));
    }
    this.lost = told.stream().filter(this::isLost).toList();
  }

  /** Where there are books they have the last word on what the endpoint did not answer. */
  private boolean isLost(Acknowledged payment) {
    if (aftermath.payments().get(payment.id()) == Finding.NOT_THERE) {
      return true;
    }
    if (books == null) {
      return false;
    }
    Long booked = books.payments().get(payment.id());
    return booked == null || booked != payment.amount();
  }

  /** {@return what was acknowledged, by key} */
  Map<String, Acknowledged> acknowledged() {
    return byKey;
  }

  /** {@return what was begun and not acknowledged: it may be booked, or not} */
  List<Order> open() {
    return orders.stream().filter(order -> !byKey.containsKey(order.key())).toList();
  }

  /** {@return all payers} */
  Set<String> payers() {
    Set<String> payers = new TreeSet<>();
    orders.forEach(order -> payers.add(order.payer()));
    byKey.values().forEach(payment -> payers.add(payment.payer()));
    return payers;
  }

  List<Acknowledged> lost() {
    return lost;
  }

  List<String> doubled() {
    return List.copyOf(doubled.values());
  }

  /** {@return who has paid something twice that is known already} */
  Set<String> payersOfDoubled() {
    Set<String> payers = new TreeSet<>();
    orders.stream()
        .filter(order -> doubled.containsKey(order.reference()))
        .forEach(order -> payers.add(order.payer()));
    return payers;
  }

  List<String> faults() {
    List<String> faults = new ArrayList<>();
    List<String> unknown =
        told.stream()
            .map(Acknowledged::id)
            .filter(id -> aftermath.payments().getOrDefault(id, Finding.UNKNOWN) == Finding.UNKNOWN)
            .toList();
    if (!unknown.isEmpty()) {
      faults.add(examples("the endpoint did not say what became of", unknown));
    }
    if (books != null && !books.withoutOneKey().isEmpty()) {
      faults.add(examples("without exactly one idempotency key", books.withoutOneKey()));
    }
    return faults;
  }

  private static String examples(String what, List<String> ids) {
    return "%s: %s payments, as %s"
        .formatted(what, ids.size(), String.join(", ", ids.stream().limit(EXAMPLES).toList()));
  }
}
