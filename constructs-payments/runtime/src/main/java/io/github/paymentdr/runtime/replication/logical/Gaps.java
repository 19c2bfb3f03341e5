package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a standby never gets although all that it gets is applied: what changed in a table while it
 * was not offered, and what a database had that was restored from a backup. Only the other region
 * can tell, and what was found stays until a rebuild.
 */
final class Gaps {
  private static final String LOST =
      "changes that the other region had sent are missing here, as if this database had been"
          + " restored from a backup; run rebuild";

  private static final String OFFERED_AGAIN =
      " was not offered by the other region for a while, and what changed in it meanwhile is"
          + " missing here; run rebuild";

  private static final String FORGET =
      """
      delete from dr.followed_offer
      where (schema_name, table_name) not in (
        select n.nspname, c.relname
        from pg_subscription_rel r join pg_class c on c.oid = r.srrelid
          join pg_namespace n on n.oid = c.relnamespace)
      """;

  /** The first offer that is seen is the one that was followed. */
  private static final String REMEMBER =
      """
      insert into dr.followed_offer (schema_name, table_name, offer) values (?, ?, ?)
      on conflict (schema_name, table_name) do nothing
      """;

  private static final String IS_ANOTHER =
      """
      select offer <> ? from dr.followed_offer where schema_name = ? and table_name = ?
      """;

  /** Beats are pruned after an hour, and one that was slow to be committed comes late. */
  private static final String BEATS =
      """
      select written_at::text from dr.heartbeat
      where region = ? and written_at > cast(? as timestamptz) - interval '50 minutes'
        and written_at < cast(? as timestamptz) - interval '1 minute'
      """;

  private static final String NEWEST_BEAT =
      "select written_at::text from dr.heartbeat where region = ? order by written_at desc limit 1";

  private static final String IS_BEAT_MISSING =
      """
      select exists (select from unnest(cast(? as timestamptz[])) as b (written_at)
        where not exists (select from dr.heartbeat h
          where h.region = ? and h.written_at = b.written_at))
      """;

  private Gaps() {}

  /** {@return what is missing, each with what to do} */
  static List<String> find(Sql local, Sql publisher, LogicalSettings settings) throws SQLException {
    List<String> gaps = new ArrayList<>();
    boolean wasLost = Findings.read(local).problems().contains(LOST);
    if (wasLost || isBeatMissing(local, publisher, settings.peerRegion())) {
      gaps.add(LOST);
    }
    local.execute(FORGET);
    Map<TableName, Long> offers = Publication.offers(publisher);
    for (TableName table : Subscription.tables(local).keySet()) {
      Long offer = offers.get(table);
      if (offer != null) {
        local.execute(REMEMBER, table.schema(), table.name(), offer);
        if (local.isTrue(IS_ANOTHER, offer, table.schema(), table.name())) {
          gaps.add("table " + table + OFFERED_AGAIN);
        }
      }
    }
    return gaps;
  }

  /** {@return whether the maintenance has found any} */
  static boolean areKnown(Sql local) throws SQLException {
    return Findings.read(local).problems().stream()
        .anyMatch(problem -> problem.equals(LOST) || problem.endsWith(OFFERED_AGAIN));
  }

  private static boolean isBeatMissing(Sql local, Sql publisher, String region)
      throws SQLException {
    Optional<String> newest = local.first(NEWEST_BEAT, row -> row.getString(1), region);
    if (newest.isEmpty()) {
      return false;
    }
    List<String> beats =
        publisher.query(BEATS, row -> row.getString(1), region, newest.get(), newest.get());
    return local.isTrue(IS_BEAT_MISSING, beats.toArray(String[]::new), region);
  }

  /** After a copy nothing is missing. */
  static void forget(Sql local) throws SQLException {
    local.execute("delete from dr.followed_offer");
  }
}
