package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.testing.ServerFolder;
import io.github.paymentdr.runtime.testing.TestCertificates;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

/**
 * A real PostgreSQL of the clusters' version, with TLS, and the schema as the migration makes it.
 * One server serves all tests of a run; a test that would disturb the others starts its own.
 */
final class TestDatabase implements AutoCloseable {
  static final String USER = "payment_app";

  private final EmbeddedPostgres server;
  private final ServerFolder folder;
  private final TestCertificates certificates;

  private TestDatabase(
      EmbeddedPostgres server, ServerFolder folder, TestCertificates certificates) {
    this.server = server;
    this.folder = folder;
    this.certificates = certificates;
  }

  private static final class Shared {
    static final TestDatabase INSTANCE = start().migrated();
  }

  /** {@return the server of this run, migrated} */
  static TestDatabase shared() {
    return Shared.INSTANCE;
  }

  /** {@return a new server without a schema} */
  static TestDatabase start() {
    return start("dns:localhost");
  }

  /** {@return a new server whose certificate is for these names} */
  static TestDatabase start(String names) {
    try {
      ServerFolder folder = ServerFolder.create();
      TestCertificates certificates = TestCertificates.make(folder.path(), names);
      return new TestDatabase(server(folder.path(), certificates), folder, certificates);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops this server and starts it again as a replica of one that is gone. */
  TestDatabase asReplica() {
    try {
      server.close();
      Files.createFile(folder.path().resolve("data").resolve("standby.signal"));
      return new TestDatabase(server(folder.path(), certificates), folder, certificates);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * {@return a new server that follows this one as a physical standby, as the other cluster of a
   * global database does}
   */
  TestDatabase follower() throws SQLException {
    try (Connection connection = connect()) {
      ServerFolder copy = ServerFolder.create();
      query(connection, "select pg_backup_start('copy', true)");
      copy(folder.path().resolve("data"), copy.path().resolve("data"));
      String label = query(connection, "select labelfile from pg_backup_stop()");
      Path data = copy.path().resolve("data");
      Files.writeString(data.resolve("backup_label"), label);
      Files.createFile(data.resolve("standby.signal"));
      Files.writeString(
          data.resolve("postgresql.auto.conf"),
          "primary_conninfo = 'host=127.0.0.1 port=%s user=postgres'%n".formatted(port()));
      return new TestDatabase(server(copy.path(), certificates), copy, certificates);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.endsWith("postmaster.pid") && Files.exists(file)) {
          Files.copy(file, target);
        }
      }
    }
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
  }

  /** Ends the server and leaves its folder, where its certificate is. */
  void stop() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EmbeddedPostgres server(Path folder, TestCertificates certificates)
      throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder.resolve("data"))
        .setCleanDataDirectory(false)
        // It would race with the end of the folder.
        .setRegisterShutdownHook(false)
        .setServerConfig("ssl", "on")
        .setServerConfig("ssl_cert_file", certificates.certificate().toString())
        .setServerConfig("ssl_key_file", certificates.key().toString())
        .setServerConfig("fsync", "off")
        .setServerConfig("max_connections", "120")
        .start();
  }

  TestDatabase migrated() {
    try {
      migration(USER).run();
      return this;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  DatabaseSettings settings(DatabaseSettings.Target target) {
    return new DatabaseSettings(
        "localhost", server.getPort(), "postgres", certificates.authority(), target);
  }

  TestCertificates certificates() {
    return certificates;
  }

  int port() {
    return server.getPort();
  }

  /** {@return what books, as the handler has it, for the application's user} */
  Database database(int poolSize) {
    return database("postgres", DatabaseSettings.Target.PRIMARY, poolSize);
  }

  /** {@return what reads, as the handler has it} */
  Database reads(int poolSize) {
    return database("postgres", DatabaseSettings.Target.ANY, poolSize);
  }

  /** {@return a database of this server by its name} */
  Database database(String name, DatabaseSettings.Target target, int poolSize) {
    DatabaseSettings settings =
        new DatabaseSettings("localhost", server.getPort(), name, certificates.authority(), target);
    return new Database(settings, USER, () -> "any password", poolSize, new RequestTime());
  }

  /** {@return a database of this server by its name, as a function has it} */
  Databases databases(String name) {
    return new Databases(
        database(name, DatabaseSettings.Target.PRIMARY, 1),
        database(name, DatabaseSettings.Target.ANY, 1));
  }

  Migration migration(String applicationUser) {
    return migration(applicationUser, "classpath:db/migration");
  }

  Migration migration(String applicationUser, String... locations) {
    return new Migration(
        settings(DatabaseSettings.Target.ANY),
        applicationUser,
        () -> new MasterUser("postgres", "any password"),
        locations);
  }

  /** {@return a connection of the master user, who may see and break everything} */
  Connection connect() throws SQLException {
    return server.getPostgresDatabase().getConnection();
  }

  /** {@return a connection of the master user to another database} */
  Connection connect(String name) throws SQLException {
    return server.getDatabase("postgres", name).getConnection();
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  long count(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      folder.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
