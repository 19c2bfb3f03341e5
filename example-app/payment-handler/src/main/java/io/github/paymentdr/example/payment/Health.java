package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Says how the function is, and on request how its database is and who has the lease. It takes no
 * part in deciding who is active: the other region's probe reads it, and judges.
 */
final class Health {
  /**
   * Not writable are a replica, a server that is set to read only, one where the application may
   * not insert, and the standby of logical replication.
   */
  private static final String WRITABLE =
      """
      select pg_is_in_recovery(),
        current_setting('transaction_read_only') = 'off'
          and coalesce(has_table_privilege(to_regclass('ledger.payment'), 'insert'), false),
        coalesce(has_table_privilege(to_regclass('dr.node'), 'select')
          and has_table_privilege(to_regclass('dr.heartbeat'), 'select'), false)
      """;

  /**
   * What the control of logical replication says. The active region beats again and again; the age
   * of the newest beat that has arrived is the lag and a bit more.
   */
  private static final String NODE =
      """
      select node.role = 'ACTIVE', (
        select greatest(extract(epoch from now() - max(beat.written_at)), 0)::float8
        from dr.heartbeat beat where beat.region <> node.region)
      from dr.node node
      """;

  private final Databases databases;
  private final Region region;
  private final LeaseReader lease;

  Health(Databases databases, Region region, LeaseReader lease) {
    this.databases = databases;
    this.region = region;
    this.lease = lease;
  }

  /** What the database says of itself. */
  private record State(boolean replica, boolean writable, Object lag) {
    static final String LAG_UNKNOWN = "UNKNOWN";
    static final String NO_LAG = "NONE";
  }

  HttpResponse shallow(String version) {
    return HttpResponse.json(200, content("UP", version));
  }

  /**
   * Asks the lease and the database as well.
   *
   * @param version the version of the function
   * @return 200 when the region can do what the lease asks of it: book when it is active, be
   *     reached when it is not; 503 otherwise, and when the lease cannot be read
   */
  HttpResponse deep(String version) {
    Map<String, Object> aboutLease = new LinkedHashMap<>();
    Optional<Boolean> active = active(aboutLease);
    Map<String, Object> aboutDatabase = new LinkedHashMap<>();
    boolean fit = isFit(active.orElse(false), aboutDatabase);
    boolean well = active.isPresent() && fit;
    Map<String, Object> content = content(well ? "UP" : "DOWN", version);
    content.put("lease", aboutLease);
    content.put("database", aboutDatabase);
    return HttpResponse.json(well ? 200 : 503, content);
  }

  /** Whether this region may book, empty when nobody knows. */
  private Optional<Boolean> active(Map<String, Object> about) {
    try {
      Lease now = lease.read();
      about.put("activeRegion", now.activeRegion());
      about.put("epoch", now.epoch());
      about.put("state", now.state().name());
      return Optional.of(now.admits(region.name()));
    } catch (LeaseUnavailableException e) {
      about.put("problem", Acceptance.problem(e).type().uri());
      return Optional.empty();
    }
  }

  private boolean isFit(boolean active, Map<String, Object> about) {
    try {
      State state = active ? stateOfWriter() : databases.reads().inTransaction(Health::state);
      about.put("reachable", true);
      about.put("writable", state.writable());
      about.put("role", state.replica() ? "REPLICA" : "WRITER");
      about.put("replicationLagSeconds", state.lag());
      return state.writable() || !active;
    } catch (ProblemException e) {
      about.put("reachable", false);
      about.put("writable", false);
      about.put("problem", e.type().uri());
      return false;
    }
  }

  /**
   * A connection may have outlived its server's time as the writer; a new one finds the new one.
   */
  private State stateOfWriter() {
    State state = databases.bookings().inTransaction(Health::state);
    if (state.writable()) {
      return state;
    }
    databases.bookings().close();
    return databases.bookings().inTransaction(Health::state);
  }

  private Map<String, Object> content(String status, String version) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("status", status);
    content.put("region", region.name());
    content.put("role", region.role().name());
    content.put("version", version);
    return content;
  }

  private static State state(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WRITABLE);
        ResultSet row = statement.executeQuery()) {
      row.next();
      State state = new State(row.getBoolean(1), row.getBoolean(2), State.LAG_UNKNOWN);
      return row.getBoolean(3) ? withNode(connection, state) : state;
    }
  }

  private static State withNode(Connection connection, State state) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NODE);
        ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        return state;
      }
      if (row.getBoolean(1)) {
        return new State(state.replica(), state.writable(), State.NO_LAG);
      }
      double seconds = row.getDouble(2);
      return new State(true, false, row.wasNull() ? State.LAG_UNKNOWN : seconds);
    }
  }
}
