package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Rows that the active region writes all the time, so that the other one knows how late they are.
 */
final class Heartbeat {
  private static final String BEAT =
      """
      insert into dr.heartbeat (region, written_at, epoch)
        select region, clock_timestamp(), epoch from dr.node where role = 'ACTIVE'
      """;

  private static final String PRUNE =
      "delete from dr.heartbeat where written_at < clock_timestamp() - interval '1 hour'";

  /**
   * While beats arrive the newest says how late they are; when none arrive the lag grows with its
   * age. The clocks of two regions may differ, but none has arrived before it was written.
   */
  private static final String LAG =
      """
      select ceil(1000 * greatest(extract(epoch from received_at - written),
        extract(epoch from clock_timestamp() - written) - ?::float8))::bigint
      from dr.heartbeat, least(written_at, received_at) as w (written)
      where region = ? order by written desc limit 1
      """;

  private static final String NEWEST_ARRIVAL =
      """
      select coalesce((extract(epoch from max(received_at)) * 1000000)::bigint, 0)
      from dr.heartbeat where region = ?
      """;

  private Heartbeat() {}

  /** {@return whether this region is active, and so has written a beat} */
  static boolean beat(Sql local) throws SQLException {
    return local.execute(BEAT) > 0;
  }

  static void prune(Sql local) throws SQLException {
    local.execute(PRUNE);
  }

  /** {@return how late the beats of a region are in milliseconds; empty if none ever arrived} */
  static OptionalLong lagMillis(Sql local, String ofRegion, Duration interval) throws SQLException {
    return local
        .first(LAG, row -> OptionalLong.of(row.getLong(1)), interval.toMillis() / 1000.0, ofRegion)
        .orElse(OptionalLong.empty());
  }

  /** {@return when a beat of a region last arrived, in microseconds by this server's clock} */
  static long newestArrival(Sql local, String ofRegion) throws SQLException {
    return local.first(NEWEST_ARRIVAL, row -> row.getLong(1), ofRegion).orElse(0L);
  }
}
