package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What {@code dr.promotion} says of a promotion: how far it is, and in the end what it answers.
 *
 * @param epoch the epoch that begins with it
 * @param mode how it is done
 * @param startedAt when it was asked for first
 * @param received the last position received
 * @param applied the last position applied
 * @param lastReceivedAt when something was last received
 * @param completeUntil until when this region has all, by the other one's clock
 * @param fencedAt since when the other region accepts nothing, if somebody knew
 * @param detachedAt since when it must go on, because it cannot follow the other region any more
 * @param drained where the other region was drained
 * @param handover where the slot begins that was made for the other region
 */
record PromotionRecord(
    long epoch,
    Mode mode,
    Instant startedAt,
    Optional<String> received,
    Optional<String> applied,
    Optional<Instant> lastReceivedAt,
    Optional<Instant> completeUntil,
    Optional<Instant> fencedAt,
    Optional<Instant> detachedAt,
    Optional<String> drained,
    Optional<String> handover) {
  private static final String SELECT =
      """
      select epoch, mode, started_at, received_position::text as received,
        applied_position::text as applied, last_received_at, complete_until, fenced_at,
        detached_at, drained_position::text as drained,
        handover_position::text as handover
      from dr.promotion
      """;

  /** {@return the promotion that has not come to its end} */
  static Optional<PromotionRecord> unfinished(Sql sql) throws SQLException {
    return sql.first(SELECT + " where completed_at is null", PromotionRecord::read);
  }

  /** {@return the promotion that began an epoch} */
  static Optional<PromotionRecord> completed(Sql sql, long epoch) throws SQLException {
    return sql.first(
        SELECT + " where epoch = ? and completed_at is not null", PromotionRecord::read, epoch);
  }

  /** Notes that a promotion has begun, or goes on in another way. */
  static PromotionRecord begin(Sql local, long epoch, PromotionRequest request)
      throws SQLException {
    Optional<PromotionRecord> unfinished = unfinished(local);
    Timestamp fencedAt = request.fencedAt().map(Timestamp::from).orElse(null);
    if (unfinished.isEmpty()) {
      local.execute(
          "insert into dr.promotion (epoch, mode, started_at, fenced_at)"
              + " values (?, ?, clock_timestamp(), ?)",
          epoch,
          request.mode().name(),
          fencedAt);
    } else {
      local.execute(
          """
          update dr.promotion set epoch = ?, fenced_at = coalesce(fenced_at, ?),
            mode = case when detached_at is null then ? else mode end
          where completed_at is null
          """,
          epoch,
          fencedAt,
          request.mode().name());
    }
    return unfinished(local).orElseThrow();
  }

  /** Forgets a promotion that was refused after it had begun. */
  static void forget(Sql local) throws SQLException {
    local.execute("delete from dr.promotion where completed_at is null and detached_at is null");
  }

  boolean isDetached() {
    return detachedAt.isPresent();
  }

  /** {@return what the promotion answers} */
  PromotionOutcome outcome(boolean alreadyActive) {
    return new PromotionOutcome(
        NodeRole.ACTIVE,
        mode,
        OptionalLong.of(epoch),
        alreadyActive,
        received,
        applied,
        lastReceivedAt,
        completeUntil,
        lossWindowMillis());
  }

  private OptionalLong lossWindowMillis() {
    if (mode == Mode.PLANNED) {
      return OptionalLong.of(0);
    }
    if (completeUntil.isEmpty()) {
      return OptionalLong.empty();
    }
    Instant end = fencedAt.or(() -> detachedAt).orElse(startedAt);
    return OptionalLong.of(Math.max(0, Duration.between(completeUntil.get(), end).toMillis()));
  }

  private static PromotionRecord read(ResultSet row) throws SQLException {
    return new PromotionRecord(
        row.getLong("epoch"),
        Mode.valueOf(row.getString("mode")),
        row.getTimestamp("started_at").toInstant(),
        Optional.ofNullable(row.getString("received")),
        Optional.ofNullable(row.getString("applied")),
        instant(row.getTimestamp("last_received_at")),
        instant(row.getTimestamp("complete_until")),
        instant(row.getTimestamp("fenced_at")),
        instant(row.getTimestamp("detached_at")),
        Optional.ofNullable(row.getString("drained")),
        Optional.ofNullable(row.getString("handover")));
  }

  private static Optional<Instant> instant(@Nullable Timestamp time) {
    return Optional.ofNullable(time).map(Timestamp::toInstant);
  }
}
