package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.InTime;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Lets the other region go on where a planned promotion of this one has stopped it. */
final class HandBack {
  /** The other region may be gone without a word, and who asks waits for an answer. */
  static final Duration LONGEST = Duration.ofSeconds(4);

  private final Context context;

  HandBack(Context context) {
    this.context = context;
  }

  void run() throws SQLException {
    Optional<Sql> connected = connectLocal();
    if (connected.isEmpty()) {
      refuseUnless(isPeerActiveAgain());
      return;
    }
    try (Sql local = connected.get()) {
      // A promotion that is still at it, although nobody waits for it, goes before.
      ControlLock.takeFromMaintenance(local);
      refuseIfTooFar(local);
      refuseUnless(isPeerActiveAgain());
      PromotionRecord.forget(local);
    }
  }

  /** This region's own database may be what has failed, and then the other one's says enough. */
  private Optional<Sql> connectLocal() {
    try {
      return Optional.of(context.servers().connectLocal(TimeLimits.SHORT));
    } catch (SQLException e) {
      context.log().warn("this region's database does not answer: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static void refuseIfTooFar(Sql local) throws SQLException {
    boolean isActive = Node.find(local).filter(Node::isActive).isPresent();
    if (isActive
        || PromotionRecord.unfinished(local).filter(PromotionRecord::isDetached).isPresent()) {
      throw refusal("this region's database does not follow the other one any more; promote it");
    }
  }

  private static void refuseUnless(boolean isPeerActive) {
    if (!isPeerActive) {
      throw refusal("the other region does not answer, or does not go on when it is asked to");
    }
  }

  private static RefusedException refusal(String reason) {
    return new RefusedException("undoing the hand-over", List.of(reason));
  }

  /** {@return whether the other region is active, because it never stopped or goes on} */
  boolean isPeerActiveAgain() {
    try {
      return InTime.call(LONGEST, this::undrain).orElse(false);
    } catch (SQLException e) {
      context.log().warn("the other region could not be asked to go on: " + e.getMessage());
      return false;
    }
  }

  private boolean undrain() throws SQLException {
    try (Sql there = context.servers().connectPeer(PeerSlot.LIMITS)) {
      Optional<Node> node = Node.find(there);
      if (node.isEmpty()) {
        return false;
      }
      there.query("select dr.undrain(?)", row -> true, node.get().epoch());
      return Node.find(there).filter(Node::isActive).isPresent();
    }
  }
}
