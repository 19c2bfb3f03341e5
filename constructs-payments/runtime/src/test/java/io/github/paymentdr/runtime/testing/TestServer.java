package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A real PostgreSQL server of the clusters' version that stands for one region: with TLS, with
 * passwords asked of everybody but the master user, and ready for logical replication.
 */
public final class TestServer implements AutoCloseable {
  /** After so long without a sign of life from the other side a connection is given up. */
  static final Duration SILENCE = Duration.ofSeconds(5);

  private static final Credentials MASTER = new Credentials("postgres", "any password");

  private static final String HOST_BASED_AUTHENTICATION =
      """
      local   all all                 trust
      hostssl all postgres all        trust
      hostssl all all      all        scram-sha-256
      host    all postgres 127.0.0.1/32 trust
      """;

  private final String region;
  private final Path folder;
  private final TestCertificates certificates;
  private final boolean isDurable;
  private final Duration silence;
  private EmbeddedPostgres server;

  private TestServer(
      String region,
      Path folder,
      TestCertificates certificates,
      boolean isDurable,
      Duration silence)
      throws IOException {
    this.region = region;
    this.folder = folder;
    this.certificates = certificates;
    this.isDurable = isDurable;
    this.silence = silence;
    this.server = boot(freePort());
  }

  /** Starts a server; a durable one waits for the disk, which tests need not. */
  static TestServer start(
      String region,
      Path folder,
      TestCertificates certificates,
      boolean isDurable,
      Duration silence) {
    try {
      Files.createDirectories(folder);
      TestServer started = new TestServer(region, folder, certificates, isDurable, silence);
      Files.writeString(folder.resolve("data").resolve("pg_hba.conf"), HOST_BASED_AUTHENTICATION);
      started.reload();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a server with all that this one has, which is stopped. */
  TestServer copy(Path newFolder) {
    try {
      ServerFolder.copy(folder, newFolder);
      return new TestServer(region, newFolder, certificates, isDurable, silence);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EmbeddedPostgres boot(int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("data"))
            .setCleanDataDirectory(false)
            // It would race with the end of the folder.
            .setRegisterShutdownHook(false)
            // Recovery after a kill takes its time on a busy machine.
            .setPGStartupWait(Duration.ofSeconds(60))
            .setServerConfig("ssl", "on")
            .setServerConfig("ssl_cert_file", certificates.certificate().toString())
            .setServerConfig("ssl_key_file", certificates.key().toString())
            // A subscription verifies the other server with what its own server trusts.
            .setServerConfig("ssl_ca_file", certificates.authority().toString())
            // The library turns it off; a server that is killed would lose what it has confirmed.
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("fsync", isDurable ? "on" : "off")
            .setServerConfig("wal_level", "logical")
            .setServerConfig("max_connections", "200")
            .setServerConfig("max_replication_slots", "60")
            .setServerConfig("max_wal_senders", "60")
            .setServerConfig("max_logical_replication_workers", "50")
            .setServerConfig("max_sync_workers_per_subscription", "4")
            .setServerConfig("max_worker_processes", "70")
            .setServerConfig("wal_sender_timeout", silence.toSeconds() + "s")
            .setServerConfig("wal_receiver_timeout", silence.toSeconds() + "s")
            .setServerConfig("wal_retrieve_retry_interval", "500ms");
    return builder.setPort(port).start();
  }

  /**
   * Below the ports that clients get: while a killed server is away, one of its own clients could
   * else be given its port.
   */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      try (ServerSocket socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // Somebody has it; another one will do.
      }
    }
  }

  /** {@return the region that this server stands for} */
  public String region() {
    return region;
  }

  /** {@return the port of the server itself} */
  public int port() {
    return server.getPort();
  }

  /** {@return the authority that signed the server's certificate} */
  public Path authority() {
    return certificates.authority();
  }

  /** {@return how clients reach a database of this server} */
  public DatabaseServer address(String database) {
    return address(database, port());
  }

  /** {@return how clients reach a database of this server through another port} */
  public DatabaseServer address(String database, int port) {
    return new DatabaseServer(region, "localhost", port, database, certificates.authority());
  }

  /** {@return a connection of the master user} */
  public Sql connect(String database) throws SQLException {
    return connect(database, TimeLimits.SHORT, StatementListener.NONE);
  }

  /** {@return a connection of the master user} */
  public Sql connect(String database, TimeLimits limits, StatementListener listener)
      throws SQLException {
    return Sql.connect(address(database), MASTER, limits, listener);
  }

  /** Executes statements as the master user, one after the other. */
  public void execute(String database, String... statements) {
    try (Sql sql = connect(database, TimeLimits.LONG, StatementListener.NONE)) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** {@return the first column of a query's rows, as texts} */
  public List<String> query(String database, String query) {
    try (Sql sql = connect(database, TimeLimits.LONG, StatementListener.NONE)) {
      return sql.query(query, row -> String.valueOf(row.getString(1)));
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Lets users in over TLS whatever password they show. */
  public void trust(String... users) {
    StringBuilder rules = new StringBuilder();
    for (String user : users) {
      rules.append("hostssl all ").append(user).append(" all trust\n");
    }
    try {
      Files.writeString(
          folder.resolve("data").resolve("pg_hba.conf"), rules + HOST_BASED_AUTHENTICATION);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    reload();
  }

  /**
   * Lets clients that still can agree on the keys of a connection with the certificate's own, which
   * costs a JVM much less than an exchange with elliptic curves.
   */
  public void agreeOnKeysCheaply() {
    execute(
        "postgres",
        "alter system set ssl_max_protocol_version = 'TLSv1.2'",
        "alter system set ssl_ciphers = 'AES128-GCM-SHA256:HIGH:!aNULL'");
    reload();
  }

  private void reload() {
    query("postgres", "select pg_reload_conf()");
  }

  /** {@return the ids of the server's processes, the parent of all first; empty if it is dead} */
  public List<Long> pids() {
    try {
      Path pidFile = folder.resolve("data").resolve("postmaster.pid");
      return ServerFolder.pids(Long.parseLong(Files.readAllLines(pidFile).get(0).trim()));
    } catch (NoSuchFileException e) {
      // It has ended by itself.
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the server and all its processes at once, as a lost machine does. */
  public void kill() {
    pids().stream().limit(1).forEach(ServerFolder::kill);
  }

  /** Starts the server again on the port it had, after {@link #kill()} or {@link #close()}. */
  public void restart() {
    try {
      int port = server.getPort();
      // It has a lock on the folder, also when the server was killed.
      server.close();
      Files.deleteIfExists(folder.resolve("data").resolve("postmaster.pid"));
      server = boot(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops the server in order. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
