package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The slot that the other region keeps for this one, once nobody reads it any more. */
final class PeerSlot {
  private static final Duration LONGEST = Duration.ofSeconds(2);

  /** For a region that may be gone. */
  static final TimeLimits LIMITS = new TimeLimits(LONGEST, LONGEST);

  private PeerSlot() {}

  /**
   * Drops it if the other region answers at once. If it does not, it is dropped when that region is
   * rebuilt.
   */
  static void dropIfPeerAnswers(Context context) {
    // On a thread of its own: neither the name lookup nor the TLS handshake knows a limit that
    // short.
    CompletableFuture<Void> dropping = CompletableFuture.runAsync(() -> dropOrThrow(context));
    try {
      dropping.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      notDropped(context, "it does not answer");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      notDropped(context, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      notDropped(context, "interrupted");
    }
  }

  private static void dropOrThrow(Context context) {
    try (Sql there = context.servers().connectPeer(LIMITS)) {
      ReplicationSlot slot = new ReplicationSlot(there, context.settings().slotOfThisRegion());
      slot.endReader();
      Waiting.until(
          () -> {
            slot.dropIfInactive();
            return slot.find().isEmpty();
          },
          LONGEST);
    } catch (SQLException e) {
      throw new CompletionException(e.getMessage(), e);
    }
  }

  private static void notDropped(Context context, String reason) {
    context
        .log()
        .warn(
            "the slot at the other region was left; its rebuild drops it",
            "slot",
            context.settings().slotOfThisRegion(),
            "reason",
            reason);
  }
}
