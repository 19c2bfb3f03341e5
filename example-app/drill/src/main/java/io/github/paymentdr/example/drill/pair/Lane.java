package io.github.paymentdr.example.drill.pair;

import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.payment.LocalPayments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestServer;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one pair after the other, which are used again with new databases, and what is
 * left of one pair for the next. Only one pair at a time may be on it. What costs most and knows
 * accounts of its own, DynamoDB Local and the interpreter of state machines, is the same for all
 * lanes of a process.
 */
public final class Lane implements AutoCloseable {
  static {
    // Else each answer of the JDK's server waits for the other side to confirm its beginning.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // Else only five connections to the tables would be kept open, for all lanes.
    System.setProperty("http.maxConnections", "32");
    // To offer more would cost keys for each connection, which the servers here do not take.
    System.setProperty("jdk.tls.client.protocols", FunctionArtifact.TLS);
  }

  private static final AtomicInteger ACCOUNTS = new AtomicInteger();

  /** Always the same, so that instances of the functions find it again. */
  private static final String DATABASE = "payments_of_pair";

  private final PostgresPair servers;
  private final String template;
  private final RegionSite east;
  private final RegionSite west;
  private @Nullable EndpointFront front;

  private Lane(PostgresPair servers, String template) {
    this.servers = servers;
    this.template = template;
    east = new RegionSite(servers.east(), DATABASE);
    west = new RegionSite(servers.west(), DATABASE);
  }

  /** Ends with this process. */
  private static final class Common {
    static final CompletableFuture<ControlTableServer> TABLES =
        CompletableFuture.supplyAsync(ControlTableServer::start);
    static final CompletableFuture<StateMachineRunner> RUNNER =
        CompletableFuture.supplyAsync(StateMachineRunner::start);
    static final CompletableFuture<Model> MODEL = CompletableFuture.supplyAsync(Model::make);
  }

  /**
   * What the servers of each lane begin with: to make it again for each would be work in vain.
   *
   * @param servers have been stopped
   * @param template the name of a database with the payment schema on them
   */
  private record Model(PostgresPair servers, String template) {
    static Model make() {
      PostgresPair servers = PostgresPair.start();
      for (TestServer server : List.of(servers.east(), servers.west())) {
        // The first shows a token of IAM in AWS, which no server here could check. Of the other
        // one there are so many connections that proofs by SCRAM were a quarter of a drill's work.
        server.trust(LocalPayments.USER, RegionServices.REPLICATION_USER);
        // What agreeing on keys by elliptic curves costs was half of what was left.
        server.agreeOnKeysCheaply();
      }
      String template = servers.newDatabase();
      servers.inBoth(server -> migrate(server, template));
      FunctionArtifact.prepare(servers.east().address("postgres"));
      servers.stop();
      return new Model(servers, template);
    }
  }

  /** Starts the servers. */
  public static Lane start() {
    // They begin side by side.
    boolean unused = Common.TABLES.isDone() && Common.RUNNER.isDone();
    Model model = Common.MODEL.join();
    return new Lane(model.servers().copy(), model.template());
  }

  private static void migrate(TestServer server, String database) {
    try {
      LocalPayments.migrate(server.address(database));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  RegionSite east() {
    return east;
  }

  RegionSite west() {
    return west;
  }

  /** Makes the database of the next pair, with the payment schema, on both servers. */
  void makeDatabase() {
    servers.makeDatabase(DATABASE, template);
  }

  /** {@return the front of the pair's endpoint, which knows no region yet} */
  EndpointFront front(EndpointFront.Settings settings) {
    EndpointFront known = front;
    if (known != null && known.isRunning() && known.settings().equals(settings)) {
      return known;
    }
    if (known != null) {
      known.close();
    }
    EndpointFront begun = EndpointFront.start(settings);
    front = begun;
    return begun;
  }

  /** {@return a server for tables, in which there is none yet} */
  ControlTableServer newTables() {
    return Common.TABLES.join().of("pair" + ACCOUNTS.incrementAndGet());
  }

  StateMachineRunner runner() {
    return Common.RUNNER.join();
  }

  /** Removes the pair's database with all that its replication has made. */
  void clear() {
    for (TestServer server : List.of(servers.east(), servers.west())) {
      if (!server
          .query(
              DATABASE,
              "select 1 from pg_subscription where subname = 'dr_subscription'"
                  + " and subdbid = (select oid from pg_database where datname = current_database())")
          .isEmpty()) {
        server.execute(
            DATABASE,
            "alter subscription dr_subscription disable",
            "alter subscription dr_subscription set (slot_name = none)",
            "drop subscription dr_subscription");
      }
    }
    for (TestServer server : List.of(servers.east(), servers.west())) {
      server.execute(
          "postgres",
          "select pg_terminate_backend(active_pid) from pg_replication_slots where active and"
              + " database = '"
              + DATABASE
              + "'",
          "do $$ begin for i in 1..100 loop exit when not exists (select from"
              + " pg_replication_slots where active and database = '"
              + DATABASE
              + "');"
              + " perform pg_sleep(0.02); end loop; end $$",
          "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '"
              + DATABASE
              + "'",
          "drop database " + DATABASE + " with (force)");
    }
  }

  /** Stops all that the pairs have left, and the servers. */
  @Override
  public void close() {
    east.close();
    west.close();
    if (front != null) {
      front.close();
    }
    servers.close();
  }
}
