package io.github.paymentdr.runtime.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.logical.LogicalReplication;
import io.github.paymentdr.runtime.replication.logical.LogicalSettings;
import io.github.paymentdr.runtime.replication.logical.RebuildOutcome;
import io.github.paymentdr.runtime.replication.logical.SetUpOutcome;
import io.github.paymentdr.runtime.report.ReportStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A database on both servers of a pair, with the control code of both regions. */
public final class TestPair {
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(5);

  private final Side east;
  private final Side west;

  private TestPair(PostgresPair servers, String database) {
    east = new Side(TestServers.of(servers.east(), servers.west(), database), true);
    west = new Side(TestServers.of(servers.west(), servers.east(), database), false);
  }

  /** {@return a pair over a database that exists on both servers} */
  public static TestPair of(PostgresPair servers, String database) {
    return new TestPair(servers, database);
  }

  /** {@return a pair over a new database with the payment schema} */
  public static TestPair withPayments(PostgresPair servers) {
    return new TestPair(servers, servers.newPaymentDatabase());
  }

  /** {@return a pair over a new database with the payment schema on the shared servers} */
  public static TestPair withPayments() {
    return withPayments(PostgresPair.shared());
  }

  public Side east() {
    return east;
  }

  public Side west() {
    return west;
  }

  /** Sets both regions up, the active one first. */
  public TestPair setUp() {
    east.setUp();
    west.setUp();
    return this;
  }

  /** Tears both regions down, the standby first. */
  public void tearDown() {
    west.tearDown();
    east.tearDown();
  }

  /** One region's control code and database. */
  public static final class Side {
    private final TestServers servers;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private boolean startsActive;
    private List<String> schemas = List.of("ledger");
    private OptionalLong sequenceGap = OptionalLong.empty();
    private OptionalLong retainedWalLimit = OptionalLong.empty();
    private Optional<LeaseReader> lease = Optional.empty();
    private Duration heartbeatInterval = Duration.ofMillis(200);
    private ReportStore reports =
        (name, content) -> {
          throw new IllegalStateException("no report is expected");
        };

    Side(TestServers servers, boolean startsActive) {
      this.servers = servers;
      this.startsActive = startsActive;
    }

    public TestServers servers() {
      return servers;
    }

    public LogicalSettings settings() {
      return new LogicalSettings(
          servers.local().region(),
          servers.peer().region(),
          servers.database(),
          startsActive,
          schemas,
          sequenceGap,
          retainedWalLimit,
          heartbeatInterval,
          "verify-full");
    }

    /** Changes which schemas are replicated. */
    public Side schemas(List<String> value) {
      schemas = value;
      return this;
    }

    /** Changes whether it is active when nobody is. */
    public Side startsActive(boolean value) {
      startsActive = value;
      return this;
    }

    /** Allows sequences. */
    public Side sequenceGap(long value) {
      sequenceGap = OptionalLong.of(value);
      return this;
    }

    /** Limits the WAL that is kept. */
    public Side retainedWalLimit(long value) {
      retainedWalLimit = OptionalLong.of(value);
      return this;
    }

    /** Changes how often it beats. */
    public Side heartbeatInterval(Duration value) {
      heartbeatInterval = value;
      return this;
    }

    /** Gives it a lease to read. */
    public Side lease(LeaseReader value) {
      lease = Optional.of(value);
      return this;
    }

    /** Changes where reports go. */
    public Side reports(ReportStore store) {
      reports = store;
      return this;
    }

    public LogicalReplication control() {
      Log log = new Log(new PrintStream(logged, true, UTF_8), Map.of());
      return new LogicalReplication(settings(), servers, reports, log, lease);
    }

    public boolean canLogInAsReplicationUser() {
      try {
        servers.connectLocalAsReplicationUser().close();
        return true;
      } catch (SQLException e) {
        return false;
      }
    }

    public void tearDown() {
      control().tearDown(Deadline.after(LONG_ENOUGH));
    }

    public SetUpOutcome setUp() {
      return control().setUp(Deadline.after(LONG_ENOUGH));
    }

    public RebuildOutcome rebuild() {
      return control().rebuild(Deadline.after(LONG_ENOUGH));
    }

    /** {@return all that the control code has logged so far} */
    public String log() {
      return logged.toString(UTF_8);
    }

    public void execute(String... statements) {
      servers.local().execute(servers.database(), statements);
    }

    /** {@return a connection of the master user, which may do long work} */
    public Sql connect() throws SQLException {
      return servers.local().connect(servers.database(), TimeLimits.LONG, StatementListener.NONE);
    }

    /** {@return the first column of a query's rows, as texts} */
    public List<String> query(String query) {
      return servers.local().query(servers.database(), query);
    }
  }
}
