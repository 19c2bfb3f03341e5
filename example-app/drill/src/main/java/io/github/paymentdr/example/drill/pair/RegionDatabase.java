package io.github.paymentdr.example.drill.pair;

import io.github.paymentdr.example.drill.pair.Latency.Way;
import io.github.paymentdr.runtime.testing.LinkProxy;
import io.github.paymentdr.runtime.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A region's database server, with the ways of its own functions and of the other region to it. */
final class RegionDatabase implements AutoCloseable {
  /** TCP sends again what is not confirmed for so long, at the least. */
  private static final long RETRANSMISSION_MILLIS = 200;

  private static final Duration OFTEN = Duration.ofMillis(40);

  private final TestServer server;
  private final String name;
  private final LinkProxy own;
  private final LinkProxy fromPeer;
  private boolean isDead;
  private boolean isFrozen;
  private boolean isDiskFull;
  private final List<ScheduledFuture<?>> slowness = new ArrayList<>();

  RegionDatabase(TestServer server, String name) {
    this.server = server;
    this.name = name;
    own = LinkProxy.to(server.port());
    fromPeer = LinkProxy.to(server.port());
  }

  TestServer server() {
    return server;
  }

  /** {@return the database's name} */
  String name() {
    return name;
  }

  /** {@return the port for the region's own functions} */
  int port() {
    return own.port();
  }

  /** {@return the port for the other region} */
  int portForPeer() {
    return fromPeer.port();
  }

  List<String> query(String sql) {
    return server.query(name, sql);
  }

  void execute(String... statements) {
    server.execute(name, statements);
  }

  /** Kills the server. */
  synchronized void kill() {
    if (!isDead) {
      isDead = true;
      isFrozen = false;
      server.kill();
    }
  }

  /** Starts the server again if it is dead. */
  synchronized void restart() {
    if (isDead) {
      server.restart();
      isDead = false;
      isDiskFull = false;
    }
  }

  synchronized void freeze() {
    if (!isFrozen && !isDead) {
      isFrozen = true;
      Signals.send("STOP", server.pids());
      // Those that were begun while the list was made; their parent begins no more.
      Signals.send("STOP", server.pids());
    }
    own.hang();
    fromPeer.hang();
  }

  synchronized void thaw() {
    if (isFrozen) {
      isFrozen = false;
      Signals.send("CONT", server.pids());
    }
    open();
  }

  /**
   * Lets the server's processes write to no file any more, as if the disk were full: the kernel
   * refuses by their limit of a file's size. PostgreSQL gives up with the first entry of its log
   * that it cannot write, and does not come up again before there is room.
   */
  synchronized void fillDisk() {
    if (!isDiskFull && !isDead) {
      isDiskFull = true;
      limitFiles("1:");
    }
  }

  synchronized void freeDisk() {
    if (!isDiskFull) {
      return;
    }
    isDiskFull = false;
    if (server.pids().isEmpty()) {
      server.restart();
      return;
    }
    limitFiles("unlimited:");
    // It may be on its way down, or trying to come up, with processes that were not there before.
    try {
      server.execute("postgres", "create table if not exists room()", "drop table room");
    } catch (IllegalStateException e) {
      server.kill();
      server.restart();
    }
  }

  private void limitFiles(String size) {
    for (long process : server.pids()) {
      try {
        new ProcessBuilder("prlimit", "--pid", String.valueOf(process), "--fsize=" + size)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Its own functions wait for it and are told nothing; the other region is refused. */
  void isolate() {
    own.hang();
    fromPeer.cut();
  }

  void cut() {
    own.cut();
    fromPeer.cut();
  }

  void cutFromPeer() {
    fromPeer.cut();
  }

  void open() {
    own.heal();
    fromPeer.heal();
  }

  /** Makes the ways slow; what comes by them waits for a time that changes all the time. */
  synchronized void slow(Latency latency, long seed) {
    Random random = new Random(seed);
    slowness.add(
        Daemons.TIMER.scheduleAtFixedRate(
            () -> {
              if (latency.ways().contains(Way.TO_DATABASE)) {
                delay(own, latency, random);
              }
              if (latency.ways().contains(Way.FROM_PEER)) {
                delay(fromPeer, latency, random);
              }
            },
            0,
            OFTEN.toMillis(),
            TimeUnit.MILLISECONDS));
  }

  private static void delay(LinkProxy way, Latency latency, Random random) {
    long least = latency.atLeast().toMillis();
    long millis = least + (long) (random.nextDouble() * (latency.atMost().toMillis() - least + 1));
    if (random.nextDouble() < latency.lost()) {
      millis += RETRANSMISSION_MILLIS;
    }
    way.delay(Duration.ofMillis(millis / 2), Duration.ofMillis(millis / 2));
  }

  /** Makes the ways as fast as they were. */
  synchronized void fast() {
    slowness.forEach(one -> one.cancel(false));
    slowness.clear();
    own.delay(Duration.ZERO, Duration.ZERO);
    fromPeer.delay(Duration.ZERO, Duration.ZERO);
  }

  @Override
  public void close() {
    fast();
    own.close();
    fromPeer.close();
  }
}
