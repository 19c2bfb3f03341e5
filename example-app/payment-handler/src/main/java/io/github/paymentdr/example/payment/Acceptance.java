package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.journal.Journal;
import io.github.paymentdr.runtime.journal.JournalUnavailableException;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;
import io.github.paymentdr.runtime.lease.Permit;
import io.github.paymentdr.runtime.lease.RegionGuard;
import io.github.paymentdr.runtime.lease.RegionNotActiveException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;

/**
 * Decides whether a booking is accepted, in this order: all statements are executed and checked and
 * hold their locks; the journal keeps the booking; the lease is read, and says that this region may
 * still accept; the transaction is committed; the caller is answered.
 *
 * <p>So whatever was committed was in the journal before another region could take the lease, and
 * is among what that region replays. What was not committed is in the journal at most as a dead
 * attempt: nobody was told of it, and if it is replayed nevertheless, its caller's repetition finds
 * it under its key.
 */
final class Acceptance {
  private static final Duration OTHER_REGION = Duration.ofSeconds(5);

  private final String region;
  private final RegionGuard guard;
  private final Journal journal;
  private final RequestTime time;
  private final Clock clock;

  Acceptance(String region, RegionGuard guard, Journal journal, RequestTime time, Clock clock) {
    this.region = region;
    this.guard = guard;
    this.journal = journal;
    this.time = time;
    this.clock = clock;
  }

  /**
   * Lets a booking begin, or refuses it before it costs anything.
   *
   * @return what it begins with
   * @throws ProblemException if this region may not book, or nobody knows
   */
  Permit admit() {
    try {
      return guard.admit();
    } catch (RegionNotActiveException | LeaseUnavailableException e) {
      throw problem(e);
    }
  }

  /** {@return whether this region may book; no when nobody knows} */
  boolean isActive() {
    try {
      guard.admit();
      return true;
    } catch (RegionNotActiveException | LeaseUnavailableException e) {
      return false;
    }
  }

  /**
   * Accepts a booking that is written and not committed. It must be committed at once.
   *
   * @param connection has the transaction, and with it the locks of the booking's slot
   * @param entry the booking
   * @param sequence its number within the payment
   * @param permit what it began with
   * @throws ProblemException if it is not accepted and must be rolled back
   * @throws SQLException if the transaction has ended, perhaps while the function was frozen
   */
  void accept(Connection connection, LedgerEntry entry, long sequence, Permit permit)
      throws SQLException {
    try {
      journal.write(
          entry.toJournal(sequence, permit, region, clock.instant()), () -> checkLocks(connection));
      guard.confirm(permit);
    } catch (LocksLostException e) {
      throw e.reason;
    } catch (RegionNotActiveException | LeaseUnavailableException | JournalUnavailableException e) {
      throw problem(e);
    }
  }

  /**
   * Lets something be told that depends on what was booked before: an earlier answer, or a refusal.
   *
   * @param permit what the request began with
   * @throws ProblemException if this region may not tell it any more, or nobody knows
   */
  void confirm(Permit permit) {
    try {
      guard.confirm(permit);
    } catch (RegionNotActiveException | LeaseUnavailableException e) {
      throw problem(e);
    }
  }

  /** The answer comes from the session that holds the locks, or not at all. */
  private void checkLocks(Connection connection) {
    try (PreparedStatement statement = connection.prepareStatement("select 1")) {
      time.limit(connection);
      statement.execute();
    } catch (SQLException e) {
      throw new LocksLostException(e);
    }
  }

  /** Carries what happened to the transaction through the journal. */
  private static final class LocksLostException extends RuntimeException {
    private final SQLException reason;

    LocksLostException(SQLException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  /**
   * Says what a fault of the lease or the journal means for the caller.
   *
   * @param fault the fault
   * @return the problem
   */
  static ProblemException problem(RuntimeException fault) {
    if (fault instanceof RegionNotActiveException) {
      return ProblemException.retryLater(ProblemType.REGION_NOT_ACTIVE, OTHER_REGION, fault);
    }
    ProblemType type =
        fault instanceof LeaseUnavailableException
            ? ProblemType.LEASE_UNAVAILABLE
            : ProblemType.JOURNAL_UNAVAILABLE;
    return ProblemException.retryLater(type, Database.RETRY_AFTER, fault);
  }
}
