package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.journal.Journal;
import io.github.paymentdr.runtime.journal.JournalCleaning;
import io.github.paymentdr.runtime.journal.JournalReplay;
import io.github.paymentdr.runtime.journal.JournalTarget;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the pair asks of a payment function besides payments: to write to its database what the
 * journal has, and to remove from the journal what both databases have.
 *
 * <p>Who may invoke the function directly asks by an event with {@code operation}. No caller of the
 * Function URL can: Lambda makes the event of such a request, with {@code rawPath} and {@code
 * requestContext} beside {@code headers} and {@code body}, and what the caller sends is inside of
 * these, never beside them.
 */
final class JournalOperations {
  private final String region;
  private final LeaseReader lease;
  private final Journal journal;
  private final JournalTarget ledger;
  private final Clock clock;
  private final Log log;

  JournalOperations(
      String region,
      LeaseReader lease,
      Journal journal,
      JournalTarget ledger,
      Clock clock,
      Log log) {
    this.region = region;
    this.lease = lease;
    this.journal = journal;
    this.ledger = ledger;
    this.clock = clock;
    this.log = log;
  }

  /**
   * An operation.
   *
   * @param name its name
   * @param event all that was sent
   */
  record Operation(String name, Map<String, Object> event) {
    /**
     * Reads an event.
     *
     * @param event the event's JSON, found not to be one of a Function URL
     * @return the operation, empty when it is none
     */
    static Optional<Operation> read(byte[] event) {
      try {
        Map<String, Object> members =
            Json.readObject(UTF_8.newDecoder().decode(ByteBuffer.wrap(event)).toString());
        return members.get("operation") instanceof String name
            ? Optional.of(new Operation(name, members))
            : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  /**
   * Does what is asked.
   *
   * @param operation what
   * @param limit how long it may take
   * @return what became of it
   * @throws IllegalArgumentException if there is no such operation
   * @throws IllegalStateException if it may not be done now; the message says why
   */
  Map<String, Object> run(Operation operation, Duration limit) {
    return switch (operation.name()) {
      case "replayJournal" -> replay(epoch(operation), Deadline.after(limit));
      case "cleanJournal" -> clean(Deadline.after(limit));
      default ->
          throw new IllegalArgumentException(
              "operation must be replayJournal or cleanJournal, got '" + operation.name() + "'");
    };
  }

  private static long epoch(Operation operation) {
    Object epoch = operation.event().get("epoch");
    if (epoch instanceof Integer || epoch instanceof Long) {
      return ((Number) epoch).longValue();
    }
    throw new IllegalArgumentException(
        "replayJournal needs the epoch that this region took the lease in, as a whole number");
  }

  private Map<String, Object> replay(long epoch, Deadline deadline) {
    Lease now = lease.read();
    if (!now.activeRegion().equals(region) || now.epoch() != epoch) {
      throw new IllegalStateException(
          "the journal is not replayed: the lease is with %s in epoch %s, not with %s in epoch %s"
              .formatted(now.activeRegion(), now.epoch(), region, epoch));
    }
    JournalReplay.Result result =
        new JournalReplay(region, journal, ledger, clock).run(deadline, epoch);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("complete", result.isComplete());
    answer.put("entries", result.entries());
    answer.put("applied", result.applied());
    answer.put("present", result.present());
    answer.put("superseded", result.superseded());
    answer.put("blocked", result.blocked());
    answer.put("blockedSlots", result.blockedSlots());
    logged("the journal was replayed", answer);
    return answer;
  }

  private Map<String, Object> clean(Deadline deadline) {
    JournalCleaning.Result result =
        new JournalCleaning(region, lease, journal, ledger, clock).run(deadline);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("complete", result.isComplete());
    answer.put("entries", result.entries());
    answer.put("replicated", result.replicated());
    answer.put("dead", result.dead());
    logged("the journal was cleaned", answer);
    return answer;
  }

  /** Slots have the callers' keys in them and are not for the log. */
  private void logged(String message, Map<String, Object> answer) {
    Map<String, Object> line = new LinkedHashMap<>(answer);
    line.remove("blockedSlots");
    log.info(message, "result", line);
  }
}
