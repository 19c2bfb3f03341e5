package io.github.paymentdr.example.payment;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Postings that belong together: none of them is booked without the others, and they sum to zero.
 *
 * @param id a UUIDv7
 * @param kind why it was booked
 * @param postings two or more; postings of zero are left out
 */
record Booking(UUID id, Kind kind, List<Posting> postings) {
  /** Why something is booked. */
  enum Kind {
    AUTHORISATION,
    CAPTURE,
    REFUND
  }

  Booking {
    postings = postings.stream().filter(posting -> posting.amount() != 0).toList();
    long sum = postings.stream().mapToLong(Posting::amount).reduce(0, Math::addExact);
    if (sum != 0 || postings.size() < 2) {
      throw new IllegalArgumentException("a booking needs two or more postings that sum to zero");
    }
  }

  static Booking of(Kind kind, Instant at, Posting... postings) {
    return new Booking(UuidV7.at(at), kind, List.of(postings));
  }
}
