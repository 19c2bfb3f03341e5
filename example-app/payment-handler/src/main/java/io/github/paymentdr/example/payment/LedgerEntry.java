package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.lease.Permit;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All rows of a booking, as the ledger and the journal have them: the key with its answer, the
 * payment as it is afterwards, the booking and its postings.
 *
 * <p>In the journal it is a JSON text that people can read. Its reader takes no offence at members
 * that it does not know, so a member may be added at any time; the version changes when an older
 * reader would misunderstand the text.
 *
 * @param key the caller's key
 * @param answer what the caller gets
 * @param change the payment as it is then, and what was booked on it
 */
record LedgerEntry(IdempotencyKey key, Answer answer, Payment.Change change) {
  private static final int VERSION = 1;

  Payment payment() {
    return change.payment();
  }

  Booking booking() {
    return change.booking();
  }

  boolean isCreation() {
    return booking().kind() == Booking.Kind.AUTHORISATION;
  }

  /**
   * Makes the journal's entry. Each attempt books with an id of its own, so the booking's id names
   * the attempt.
   *
   * @param sequence the number of the booking within its payment, from 1
   * @param permit what the attempt began with
   * @param region this region
   * @param now the time
   * @return the entry
   */
  JournalEntry toJournal(long sequence, Permit permit, String region, Instant now) {
    String group = payment().id().toString();
    return new JournalEntry(
        isCreation() ? JournalEntry.ofKey(key.key()) : JournalEntry.ofChange(group, sequence),
        group,
        sequence,
        booking().id().toString(),
        permit.epoch(),
        region,
        Json.write(toJson()),
        now);
  }

  private Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", VERSION);
    json.put("key", keyJson());
    json.put("payment", payment().toJson());
    json.put("booking", bookingJson());
    return json;
  }

  private Map<String, Object> keyJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("key", key.key());
    json.put("fingerprint", key.fingerprint());
    json.put("status", answer.status());
    json.put("body", answer.body());
    return json;
  }

  private Map<String, Object> bookingJson() {
    List<Map<String, Object>> postings = new ArrayList<>();
    for (Posting posting : booking().postings()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("account", posting.account());
      json.put("amount", posting.amount());
      postings.add(json);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", booking().id().toString());
    json.put("kind", booking().kind().name());
    json.put("postings", postings);
    return json;
  }

  /** The content of an entry is not what this version of the function can book. */
  static final class UnreadableException extends Exception {
    UnreadableException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Reads an entry's content.
   *
   * @param content the text
   * @return the rows
   * @throws UnreadableException if they are not there
   */
  static LedgerEntry read(String content) throws UnreadableException {
    try {
      Members entry = new Members(Json.readObject(content));
      if (entry.number("version") != VERSION) {
        throw new UnreadableException("version " + entry.number("version"), null);
      }
      Members key = entry.object("key");
      Payment payment = payment(entry.object("payment"));
      Answer answer = new Answer((int) key.number("status"), payment.id(), key.text("body"), false);
      return new LedgerEntry(
          new IdempotencyKey(key.text("key"), key.text("fingerprint")),
          answer,
          new Payment.Change(payment, booking(entry.object("booking"))));
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw new UnreadableException("not an entry of the ledger", e);
    }
  }

  private static Payment payment(Members json) {
    PaymentOrder order =
        new PaymentOrder(
            json.number("amount"),
            json.text("currency"),
            json.text("payer"),
            json.text("payee"),
            json.optionalText("reference"),
            json.optionalText("sessionId"));
    return new Payment(
        UUID.fromString(json.text("id")),
        PaymentStatus.valueOf(json.text("status")),
        order,
        json.number("capturedAmount"),
        json.number("refundedAmount"),
        Instant.parse(json.text("createdAt")),
        Instant.parse(json.text("updatedAt")));
  }

  private static Booking booking(Members json) {
    return new Booking(
        UUID.fromString(json.text("id")),
        Booking.Kind.valueOf(json.text("kind")),
        json.objects("postings").stream()
            .map(posting -> new Posting(posting.text("account"), posting.number("amount")))
            .toList());
  }

  /**
   * The members of an object, of which those that are asked for must be there.
   *
   * @param of the object
   */
  private record Members(Map<?, ?> of) {
    String text(String name) {
      return optionalText(name).orElseThrow(() -> missing(name));
    }

    Optional<String> optionalText(String name) {
      return of.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    long number(String name) {
      if (of.get(name) instanceof Number number
          && (number instanceof Integer || number instanceof Long)) {
        return number.longValue();
      }
      throw missing(name);
    }

    Members object(String name) {
      if (of.get(name) instanceof Map<?, ?> object) {
        return new Members(object);
      }
      throw missing(name);
    }

    List<Members> objects(String name) {
      if (!(of.get(name) instanceof List<?> list)) {
        throw missing(name);
      }
      List<Members> objects = new ArrayList<>();
      for (Object element : list) {
        if (!(element instanceof Map<?, ?> object)) {
          throw missing(name);
        }
        objects.add(new Members(object));
      }
      return objects;
    }

    private static IllegalArgumentException missing(String name) {
      return new IllegalArgumentException(name + " is missing or of another type");
    }
  }
}
