package io.github.paymentdr.example.drill.pair;

import io.github.paymentdr.runtime.testing.PostgresPair;

/**
 * The servers of one pair after the other: two PostgreSQL servers that are used again with new
 * databases. Only one pair at a time may be on it.
 */
public final class Lane implements AutoCloseable {
  private final PostgresPair servers;

  private Lane(PostgresPair servers) {
    this.servers = servers;
  }

  /** Starts the servers. */
  public static Lane start() {
    return new Lane(PostgresPair.start());
  }

  PostgresPair servers() {
    return servers;
  }

  /** Stops the servers. */
  @Override
  public void close() {
    servers.close();
  }
}
