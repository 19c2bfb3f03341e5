package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * This region's subscription and the slot that the other region keeps for it. Each step looks at
 * what there is and can be repeated; what was made is never thrown away for being made already.
 */
final class Subscription {
  private static final String NAME = LogicalSettings.SUBSCRIPTION;

  /** No slot has this name; a subscription that must not receive yet waits for it. */
  private static final String NO_SLOT_YET = "dr_not_yet";

  private static final String TABLES =
      """
      select n.nspname as schema_name, c.relname as table_name, r.srsubstate as state
      from pg_subscription_rel r join pg_subscription s on s.oid = r.srsubid
        join pg_class c on c.oid = r.srrelid join pg_namespace n on n.oid = c.relnamespace
      where s.subname = 'dr_subscription'
        and s.subdbid = (select oid from pg_database where datname = current_database())
      """;

  private static final String FIND =
      """
      select s.subenabled, s.subslotname
      from pg_subscription s join pg_database d on d.oid = s.subdbid
      where s.subname = 'dr_subscription' and d.datname = current_database()
      """;

  /**
   * A server may be told to log statements, and an extension to remember them, and one of these has
   * a password in it. Who may not change these settings leaves them.
   */
  private static final String TALK =
      """
      select set_config(name, case when ? then reset_val else quiet end, false)
      from pg_settings join (values ('log_statement', 'none'),
          ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
          ('log_min_error_statement', 'panic'), ('pgaudit.log', 'none'),
          ('pg_stat_statements.track_utility', 'off')) q (named, quiet) on named = name
      where has_parameter_privilege(name, 'set')
      """;

  private static final String COMMITS =
      """
      select s.subsynccommit = ?
      from pg_subscription s join pg_database d on d.oid = s.subdbid
      where s.subname = 'dr_subscription' and d.datname = current_database()
      """;

  /** Longer than a region that is there takes to answer at the end of a table's copy. */
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(1);

  private static final String LIMIT = "select set_config('lock_timeout', ?, false)";

  /** SQLSTATE lock_not_available. */
  private static final String LOCKED = "55P03";

  private final Context context;
  private final Sql local;

  Subscription(Context context, Sql local) {
    this.context = context;
    this.local = local;
  }

  /**
   * What the catalogue says of it.
   *
   * @param enabled whether it receives
   * @param slot the slot it reads
   */
  record Found(boolean enabled, Optional<String> slot) {}

  static Optional<Found> find(Sql sql) throws SQLException {
    return sql.first(
        FIND,
        row ->
            new Found(
                row.getBoolean("subenabled"), Optional.ofNullable(row.getString("subslotname"))));
  }

  /** {@return the tables subscribed to, each with its state; {@code r} when it is in step} */
  static Map<TableName, String> tables(Sql sql) throws SQLException {
    Map<TableName, String> states = new TreeMap<>();
    sql.query(TABLES, row -> states.put(TableName.read(row), row.getString("state")) == null);
    return states;
  }

  /** Follows the other region from now on, after a copy of all that it has. */
  void putWithCopy(Sql peer) throws SQLException {
    ReplicationSlot slot = ReplicationSlot.ofThisRegion(peer, context.settings());
    if (find(local).isEmpty()) {
      create(slot.name());
    }
    if (tables(local).isEmpty()) {
      slot.create();
    } else if (!slot.isUsable()) {
      throw new RefusedException(
          "set-up",
          List.of(
              "the slot "
                  + slot.name()
                  + " that this region's subscription reads is gone or lost, and with it changes"
                  + " that were not received; run rebuild"));
    }
    followConnection(peer);
    local.execute("alter subscription " + NAME + " set (slot_name = '" + slot.name() + "')");
    enable();
    try {
      refresh(true);
    } catch (SQLException e) {
      if (tables(local).isEmpty()) {
        drop();
        slot.dropIfInactive();
      }
      throw unreachable(e);
    }
  }

  /**
   * Follows the other region from where its slot began, without a copy, because this region has
   * exactly what the other one had there.
   */
  void putWithoutCopy(Sql peer) throws SQLException {
    ReplicationSlot slot = ReplicationSlot.ofThisRegion(peer, context.settings());
    if (!slot.isUsable()) {
      throw new IllegalStateException("the slot " + slot.name() + " does not exist");
    }
    if (find(local).isEmpty()) {
      create(NO_SLOT_YET);
    }
    followConnection(peer);
    enable();
    // A change to a table that is not subscribed yet would be skipped: receive after this only.
    try {
      refresh(false);
    } catch (SQLException e) {
      throw unreachable(e);
    }
    local.execute("alter subscription " + NAME + " set (slot_name = '" + slot.name() + "')");
  }

  /** Makes it without a connection to the other region, so that it cannot fail for that. */
  private void create(String slot) throws SQLException {
    String version = Conninfo.version(context);
    withSecret(
        "create subscription "
            + NAME
            + " connection ? publication "
            + LogicalSettings.PUBLICATION
            + " with (connect = false, slot_name = '"
            + slot
            + "')");
    remember(version);
  }

  /** Takes new credentials or a new host over; the caller's connection has shown that they work. */
  void followConnection(Sql peer) throws SQLException {
    CopySlots.introduce(local, peer);
    String version = Conninfo.version(context);
    boolean isCurrent =
        Node.find(local).map(node -> version.equals(node.subscriptionCredential())).orElse(false);
    if (!isCurrent) {
      context.log().info("the subscription gets a new connection", "peer", peer.region());
      withSecret("alter subscription " + NAME + " connection ?");
      remember(version);
    }
  }

  /** Receives again from the slot that it has always had. */
  void goOn() throws SQLException {
    if (find(local).filter(found -> found.slot().isEmpty()).isPresent()) {
      local.execute(
          "alter subscription "
              + NAME
              + " set (slot_name = '"
              + context.settings().slotOfThisRegion()
              + "')");
    }
    enable();
  }

  void enable() throws SQLException {
    local.execute("alter subscription " + NAME + " enable");
  }

  /** Subscribes to what the publication has by now. */
  void refresh(boolean copy) throws SQLException {
    if (copy) {
      commitAtOnce(true);
    }
    local.execute(
        "alter subscription " + NAME + " refresh publication with (copy_data = " + copy + ")");
  }

  /** Lets it confirm before it is on disk, as it may, as soon as no table is being copied. */
  void endCopy() throws SQLException {
    if (tables(local).values().stream().allMatch("r"::equals)) {
      commitAtOnce(false);
    }
  }

  /**
   * At the end of a table's copy the copy's slot is dropped at the other region. If this server
   * died and forgot that the copy was at its end, it would look for that slot for ever.
   */
  private void commitAtOnce(boolean atOnce) throws SQLException {
    String wanted = atOnce ? "on" : "off";
    if (!local.isTrue(COMMITS, wanted)) {
      local.execute("alter subscription " + NAME + " set (synchronous_commit = " + wanted + ")");
    }
  }

  /**
   * Drops it here, and at the other region the slots of copies that were not at their end if it
   * answers; never its own slot.
   *
   * @return whether the other region was asked and did not answer
   */
  boolean drop() throws SQLException {
    if (find(local).isEmpty()) {
      return false;
    }
    disable();
    boolean isPeerSilent = asksPeerToDrop() && Peer.ask(context.servers()).isEmpty();
    if (isPeerSilent) {
      pointNowhere();
    }
    change("alter subscription " + NAME + " set (slot_name = none)");
    String drop = "drop subscription if exists " + NAME;
    try {
      change(drop);
    } catch (SQLException e) {
      // The server may not reach what this code does.
      pointNowhere();
      change(drop);
    }
    return isPeerSilent;
  }

  void disable() throws SQLException {
    change("alter subscription " + NAME + " disable");
  }

  /**
   * Changes it also while the other region is gone without a word. A copy of a table that is at its
   * end keeps the subscription locked until that has answered, so it is not waited for.
   */
  private void change(String statement) throws SQLException {
    if (!isChangedSoon(statement)) {
      context.log().warn("the copies of tables do not let go of the subscription; they are ended");
      new ApplyWorker(local).endCopies();
      local.execute(statement);
    }
  }

  private boolean isChangedSoon(String statement) throws SQLException {
    local.query(LIMIT, row -> true, String.valueOf(LONGEST_HOLD.toMillis()));
    boolean isChanged = true;
    try {
      local.execute(statement);
    } catch (SQLException e) {
      if (!LOCKED.equals(e.getSQLState())) {
        throw e;
      }
      isChanged = false;
    }
    // As the connection had it when it began.
    local.query(LIMIT, row -> true, new Object[] {null});
    return isChanged;
  }

  /** PostgreSQL has the other region drop the slots of copies that are not at their end. */
  private boolean asksPeerToDrop() throws SQLException {
    return tables(local).values().stream().anyMatch(state -> !state.equals("r"));
  }

  /**
   * Sends it to where nobody listens, because PostgreSQL waits without an end for a region that has
   * gone without a word.
   */
  private void pointNowhere() throws SQLException {
    if (asksPeerToDrop()) {
      change(
          "alter subscription " + NAME + " connection 'host=127.0.0.1 port=1 connect_timeout=2'");
      context
          .log()
          .warn(
              "tables were being copied from the other region, which does not answer; it keeps the"
                  + " slots of these copies until it is rebuilt or torn down");
    }
  }

  private void remember(String version) throws SQLException {
    local.execute("update dr.node set subscription_credential = ?", version);
  }

  private void withSecret(String statement) throws SQLException {
    String conninfo = Conninfo.text(local, context);
    local.query(TALK, row -> true, false);
    local.executeWithSecret(statement, conninfo);
    local.query(TALK, row -> true, true);
  }

  private RuntimeException unreachable(SQLException e) {
    String message = String.valueOf(e.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("certificate") || lower.contains("ssl error")) {
      return new RefusedException(
          "set-up",
          List.of(
              "this region's server could not verify the other one's certificate ("
                  + message
                  + "); if its ssl_ca_file cannot be made to have the authority, let subscriptions"
                  + " be encrypted without verification by the ssl mode 'require'"));
    }
    return new ControlException(
        "this region's server could not subscribe to the other one: "
            + message
            + "; look for the peering, its routes and the security groups, and call again",
        e);
  }
}
