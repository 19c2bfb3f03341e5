package io.github.paymentdr.runtime.replication.logical;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What stands against promoting this region, as far as its own database knows. */
final class PromotionRefusals {
  private final Sql local;
  private final LogicalSettings settings;
  private final Node node;
  private final List<String> reasons = new ArrayList<>();

  PromotionRefusals(Sql local, LogicalSettings settings, Node node) {
    this.local = local;
    this.settings = settings;
    this.node = node;
  }

  /**
   * A region that was drained may have a successor whose epoch it never heard of, the next one. Two
   * regions of one epoch would not give way to each other, so that one is left out.
   *
   * @return the epoch that begins when none is requested
   */
  static long nextEpoch(Sql local, Node node, long known, Optional<PromotionRecord> unfinished)
      throws SQLException {
    if (unfinished.isPresent()) {
      return unfinished.get().epoch();
    }
    boolean mayHaveSuccessor = node.drainedPosition() != null && Subscription.find(local).isEmpty();
    return known + (mayHaveSuccessor ? 2 : 1);
  }

  /** {@return the highest epoch that anybody here has heard of, an unfinished one left out} */
  static long knownEpoch(Sql local, Node node) throws SQLException {
    long ofBeats =
        local
            .first("select coalesce(max(epoch), 0) from dr.heartbeat", row -> row.getLong(1))
            .orElse(0L);
    return Math.max(node.epoch(), ofBeats);
  }

  /** {@return all reasons, each with what to do} */
  List<String> find(PromotionRequest request, long known, Optional<PromotionRecord> unfinished)
      throws SQLException {
    long epoch = request.epoch().orElse(nextEpoch(local, node, known, unfinished));
    if (epoch <= known || unfinished.filter(record -> epoch < record.epoch()).isPresent()) {
      reasons.add(
          "epoch "
              + epoch
              + " was requested and "
              + unfinished.map(PromotionRecord::epoch).orElse(known)
              + " is known already; request a higher one");
    }
    if (RebuildRecord.unfinished(local).isPresent()) {
      reasons.add("a rebuild is under way, so this region has not all rows; finish the rebuild");
    }
    if (unfinished.filter(PromotionRecord::isDetached).isEmpty()) {
      subscription(request);
    }
    // A region that is lost cannot wait for them; it is fit only without such faults.
    if (request.mode() == PromotionRequest.Mode.PLANNED) {
      reasons.addAll(new SequenceMoves(local, settings).faults());
    }
    return reasons;
  }

  private void subscription(PromotionRequest request) throws SQLException {
    Map<TableName, String> tables = Subscription.tables(local);
    if (!tables.isEmpty()) {
      String unfinished =
          tables.entrySet().stream()
              .filter(table -> !table.getValue().equals("r"))
              .map(table -> table.getKey().toString())
              .collect(joining(", "));
      if (!unfinished.isEmpty() && !request.acceptsIncompleteCopy()) {
        reasons.add(
            "the initial copy of "
                + unfinished
                + " is not finished, so rows are missing; wait for it, or if the other region is"
                + " lost, request acceptIncompleteCopy");
      }
    } else if (Subscription.find(local).isPresent() || node.drainedPosition() == null) {
      reasons.add("this region does not follow the other one; run set-up or rebuild");
    } else if (request.mode() == PromotionRequest.Mode.PLANNED) {
      reasons.add(
          "this region was drained and follows nobody; run rebuild, or promote it unplanned if the"
              + " other region was never promoted");
    }
  }
}
