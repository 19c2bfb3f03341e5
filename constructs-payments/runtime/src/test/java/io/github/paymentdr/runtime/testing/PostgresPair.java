package io.github.paymentdr.runtime.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Two real PostgreSQL servers that stand for the two regions of a pair. One pair serves all tests
 * of a run, each with a database of its own; a test that kills or stops servers starts its own
 * pair.
 */
public final class PostgresPair implements AutoCloseable {
  private static final AtomicInteger COUNTER = new AtomicInteger();

  /** What Flyway fills in when the application is deployed. */
  private static final Path MIGRATIONS =
      Path.of("..", "..", "example-app", "payment-handler", "src/main/resources/db/migration");

  private final ServerFolder folder;
  private final TestServer east;
  private final TestServer west;

  private PostgresPair(ServerFolder folder, TestServer east, TestServer west) {
    this.folder = folder;
    this.east = east;
    this.west = west;
  }

  /** One authority for all servers of this process. */
  private static final class Authority {
    static final TestCertificates CERTIFICATES =
        TestCertificates.make(ServerFolder.create().path(), "dns:localhost");
  }

  private static final class Shared {
    static final PostgresPair INSTANCE = start();
  }

  private static final class Empty {
    static final PostgresPair INSTANCE = start();
  }

  /**
   * {@return a pair for tests that leave nothing of the replication behind, so that no other
   * database of a server keeps its users}
   */
  public static PostgresPair empty() {
    return Empty.INSTANCE;
  }

  /** {@return the pair of this run} */
  public static PostgresPair shared() {
    return Shared.INSTANCE;
  }

  /** {@return a new pair} */
  public static PostgresPair start() {
    return start(false, TestServer.SILENCE);
  }

  /** {@return a new pair that bears a minute without a sign of life from the other side} */
  public static PostgresPair startPatient() {
    return start(false, Duration.ofMinutes(1));
  }

  /** {@return a new pair that waits for the disk, for measurements} */
  public static PostgresPair startDurable() {
    return start(true, TestServer.SILENCE);
  }

  private static PostgresPair start(boolean isDurable, Duration silence) {
    TestCertificates certificates = Authority.CERTIFICATES;
    return sideBySide(
        folder -> TestServer.start("us-east-1", folder, certificates, isDurable, silence),
        folder -> TestServer.start("us-west-2", folder, certificates, isDurable, silence));
  }

  /** {@return a new pair with all that the servers of this one have, which is stopped} */
  public PostgresPair copy() {
    return sideBySide(east::copy, west::copy);
  }

  /** A server mostly waits while it begins. */
  private static PostgresPair sideBySide(
      Function<Path, TestServer> east, Function<Path, TestServer> west) {
    ServerFolder folder = ServerFolder.create();
    CompletableFuture<TestServer> inWest =
        CompletableFuture.supplyAsync(() -> west.apply(folder.path().resolve("west")));
    return new PostgresPair(folder, east.apply(folder.path().resolve("east")), inWest.join());
  }

  /** {@return the server of us-east-1, which is active at first} */
  public TestServer east() {
    return east;
  }

  /** {@return the server of us-west-2} */
  public TestServer west() {
    return west;
  }

  /** {@return the name of a new database that exists on both servers, without tables} */
  public String newDatabase() {
    String name = "pair_" + COUNTER.incrementAndGet();
    makeDatabase(name, "template1");
    return name;
  }

  /** Makes a database that is on both servers what another one is. */
  public void makeDatabase(String name, String template) {
    String statement = "create database " + name + " template " + template;
    inBoth(server -> server.execute("postgres", statement));
  }

  /** Does something with both servers, side by side. */
  public void inBoth(Consumer<TestServer> work) {
    CompletableFuture<Void> inWest = CompletableFuture.runAsync(() -> work.accept(west));
    work.accept(east);
    inWest.join();
  }

  /** {@return the name of a new database that has the payment schema on both servers} */
  public String newPaymentDatabase() {
    String name = newDatabase();
    addPaymentSchema(east, name);
    addPaymentSchema(west, name);
    return name;
  }

  /** Makes the payment schema and its application's user {@code payment_app} in a database. */
  public static void addPaymentSchema(TestServer server, String database) {
    try {
      server.execute(database, Files.readString(MIGRATIONS.resolve("V1__ledger.sql")));
      server.execute(
          database,
          Files.readString(MIGRATIONS.resolve("V2__application_role.sql"))
              .replace("${applicationUser}", "payment_app"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops both servers and keeps their data. */
  public void stop() {
    east.close();
    west.close();
  }

  /** Stops both servers and deletes their data. */
  @Override
  public void close() {
    stop();
    folder.close();
  }
}
