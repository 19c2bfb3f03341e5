package io.github.paymentdr.example.payment;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Brings the schema up to date with Flyway: forward only, all pending steps in one transaction, one
 * migration at a time.
 *
 * <p>Flyway's history has a schema of its own: it differs between the regions and must not be among
 * what is replicated.
 */
final class Migration {
  private static final String HISTORY_SCHEMA = "ledger_history";
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
  private static final int STATEMENT_MILLIS = 120_000;

  /** A step that must wait for payments gives up soon, because payments then wait for it. */
  private static final int LOCK_MILLIS = 5_000;

  private static final int TURN_MILLIS = 60_000;

  /** Any number that no other user of advisory locks in this database has. */
  private static final long TURN = 0x7061_796d_656e_7473L;

  private final DatabaseSettings settings;
  private final String applicationUser;
  private final Supplier<MasterUser> master;
  private final String[] locations;

  Migration(
      DatabaseSettings settings,
      String applicationUser,
      Supplier<MasterUser> master,
      String... locations) {
    if (!USER.matcher(applicationUser).matches()) {
      throw new IllegalStateException(
          "DB_USER must be a lower-case PostgreSQL identifier, got '" + applicationUser + "'");
    }
    this.settings = settings;
    this.applicationUser = applicationUser;
    this.master = master;
    this.locations = locations.clone();
  }

  /**
   * The outcome.
   *
   * @param schemaVersion the version of the schema, {@code none} before the first step
   * @param replica whether nothing was done because the database is a read-only replica
   */
  record Outcome(String schemaVersion, boolean replica) {}

  /**
   * Migrates.
   *
   * @return the outcome
   * @throws SQLException if the database cannot be reached
   */
  Outcome run() throws SQLException {
    MasterUser user = master.get();
    try (Connection turn = connect(user);
        Statement statement = turn.createStatement()) {
      if (isReplica(statement)) {
        return new Outcome(version(flyway(user)), true);
      }
      // Flyway has a lock too, but makes its schema before it takes it. This one ends with its
      // connection, whatever happens.
      statement.execute("set lock_timeout = " + TURN_MILLIS);
      statement.execute("select pg_advisory_lock(" + TURN + ")");
      Flyway flyway = flyway(user);
      flyway.migrate();
      return new Outcome(version(flyway), false);
    }
  }

  private static boolean isReplica(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
      return row.next() && row.getBoolean(1);
    }
  }

  private static String version(Flyway flyway) {
    MigrationInfo current = flyway.info().current();
    return current == null ? "none" : String.valueOf(current.getVersion());
  }

  private Connection connect(MasterUser user) throws SQLException {
    Properties properties = settings.properties(STATEMENT_MILLIS, LOCK_MILLIS);
    properties.setProperty("user", user.name());
    properties.setProperty("password", user.password());
    return DriverManager.getConnection(settings.url(), properties);
  }

  private Flyway flyway(MasterUser user) {
    Map<String, String> properties = new HashMap<>();
    settings
        .properties(STATEMENT_MILLIS, LOCK_MILLIS)
        .forEach((name, value) -> properties.put(name.toString(), value.toString()));
    FluentConfiguration configuration =
        Flyway.configure()
            .dataSource(settings.url(), user.name(), user.password())
            .jdbcProperties(properties)
            .defaultSchema(HISTORY_SCHEMA)
            .locations(locations)
            .failOnMissingLocations(true)
            .validateMigrationNaming(true)
            .placeholders(Map.of("applicationUser", applicationUser))
            .group(true)
            .cleanDisabled(true)
            .loggers("slf4j");
    return configuration.load();
  }
}
