package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.example.payment.LocalPayments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Two regions on this machine, deployed: east is active, west follows. Both have the same table;
 * callers are led by the key value store.
 */
public final class LocalPair implements AutoCloseable {
  private final PostgresPair servers;
  private final ControlTableServer tables;
  private final StateMachineRunner runner;
  private final KeyValueStore store = new KeyValueStore();
  private final FailoverTemplate template;
  private final LocalRegion east;
  private final LocalRegion west;

  private LocalPair(Timers timers) {
    servers = PostgresPair.start();
    tables = ControlTableServer.start();
    runner = StateMachineRunner.start();
    String database = servers.newDatabase();
    template = FailoverTemplate.ofPrimary();
    tables.create(template.controlTable(), "id");
    tables.create("sessions", "sessionId");
    east = region("us-east-1", "us-west-2", servers.east(), database, template, timers);
    west =
        region(
            "us-west-2",
            "us-east-1",
            servers.west(),
            database,
            FailoverTemplate.ofSecondary(),
            timers);
    east.knows(west);
    west.knows(east);
  }

  private LocalRegion region(
      String name,
      String peer,
      TestServer server,
      String database,
      FailoverTemplate ofRegion,
      Timers timers) {
    return new LocalRegion(
        name,
        peer,
        server == servers.east(),
        server,
        database,
        tables,
        store,
        runner,
        ofRegion,
        timers);
  }

  /** Deploys a pair and lets it run. */
  public static LocalPair start(Timers timers) {
    LocalPair pair = new LocalPair(timers);
    try {
      for (LocalRegion region : List.of(pair.east, pair.west)) {
        LocalPayments.migrate(region.server().address(region.database()));
        region.server().execute(region.database(), LocalPayments.admission());
      }
      for (LocalRegion region : List.of(pair.east, pair.west)) {
        register(region);
        JsonNode state = region.call("ReplicationHandler", "{\"operation\":\"setUp\"}");
        for (int i = 0; i < 50 && state.path("state").asText().equals("COPYING"); i++) {
          state = region.call("ReplicationHandler", "{\"operation\":\"setUp\"}");
        }
      }
    } catch (SQLException | TaskFailure e) {
      pair.close();
      throw new IllegalStateException(e.getMessage(), e);
    }
    pair.east.begin();
    pair.west.begin();
    return pair;
  }

  private static void register(LocalRegion region) throws TaskFailure {
    region.call(
        "FailoverHandler",
        "{\"RequestType\":\"Create\",\"ResourceProperties\":{\"FunctionUrl\":\""
            + region.url()
            + "\",\"KeyValueStoreArn\":\""
            + KeyValueStore.ARN
            + "\",\"EndpointUrl\":\"https://pair.example/\"}}");
  }

  /** {@return the region that was active first} */
  public LocalRegion east() {
    return east;
  }

  /** {@return the other one} */
  public LocalRegion west() {
    return west;
  }

  /** {@return where the one URL leads now} */
  public LocalRegion endpoint() {
    return store.get("active").equals(west.name()) ? west : east;
  }

  /** {@return the lease, by the names of its attributes} */
  public JsonNode lease() {
    return tables.item(template.controlTable(), "lease");
  }

  /** {@return an attribute of the lease, or an empty text} */
  public String lease(String attribute) {
    JsonNode value = lease().path(attribute);
    return value.isMissingNode() ? "" : value.elements().next().asText();
  }

  /** {@return the region that has the lease} */
  public LocalRegion active() {
    return lease("activeRegion").equals(west.name()) ? west : east;
  }

  /** {@return the region that has not} */
  public LocalRegion standby() {
    return active() == east ? west : east;
  }

  /** Starts callers who pay through the one URL. */
  public PaymentTraffic pay(int callers, Duration pause) {
    return PaymentTraffic.start(this::endpoint, callers, pause);
  }

  ControlTableServer tables() {
    return tables;
  }

  @Override
  public void close() {
    east.close();
    west.close();
    runner.close();
    tables.close();
    servers.close();
  }
}
