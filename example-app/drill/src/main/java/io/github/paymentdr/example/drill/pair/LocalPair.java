package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.example.payment.LocalPayments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestServer;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Two regions on this machine, deployed: east is active, west follows. Both have the same table;
 * callers are led by the key value store.
 */
public final class LocalPair implements AutoCloseable {
  private final PairSettings settings;
  private final PostgresPair servers;
  private final ControlTableServer tables;
  private final StateMachineRunner runner;
  private final KeyValueStore store = new KeyValueStore();
  private final FailoverTemplate template;
  private final LocalRegion east;
  private final LocalRegion west;

  private LocalPair(PairSettings settings) {
    this.settings = settings;
    Timers timers = settings.timers();
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
  public static LocalPair start(PairSettings settings) {
    LocalPair pair = new LocalPair(settings);
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

  /** {@return the one URL: the front that runs the edge function} */
  public URI endpoint() {
    return NotYet.there();
  }

  /** {@return the region that the store says is active, whether the edge knows it yet or not} */
  public LocalRegion endpointRegion() {
    return store.get("active").equals(west.name()) ? west : east;
  }

  /** {@return the id of the key that callers of {@link #endpoint()} sign their tokens with} */
  public String callerKeyId() {
    return "drill";
  }

  /** {@return the secret of that key: base64url of 32 bytes} */
  public String callerSecret() {
    return NotYet.there();
  }

  /** {@return the region of that name} */
  public LocalRegion region(String name) {
    return List.of(east, west).stream()
        .filter(region -> region.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no region is called " + name));
  }

  /** {@return what the pair was started with} */
  public PairSettings settings() {
    return settings;
  }

  /** {@return the names of the states of the failover that do something or wait, in order} */
  public static List<String> failoverStates() {
    return NotYet.there();
  }

  /** Stops the replication: the standby cannot follow, while both regions can reach each other. */
  public void breakReplication() {
    NotYet.<Object>there();
  }

  /** Lets the replication go on. */
  public void mendReplication() {
    NotYet.<Object>there();
  }

  /** Undoes all levers of the pair and of its regions; what was killed is started again. */
  public void heal() {
    NotYet.<Object>there();
  }

  /** {@return all writes of the lease, seen where they passed} */
  public List<LeaseChange> leaseChanges() {
    return NotYet.there();
  }

  /** {@return who had the lease when} */
  public List<LeaseTenure> tenures() {
    return NotYet.there();
  }

  /** {@return each first acceptance that a payment function answered in time} */
  public List<Acceptance> acceptances() {
    return NotYet.there();
  }

  /** {@return the states that the state machines were in, by the time of entering} */
  public List<FailoverStep> steps() {
    return NotYet.there();
  }

  /** {@return how the alarms on the other region changed} */
  public List<AlarmChange> alarms() {
    return NotYet.there();
  }

  /** {@return what the active region's database has booked} */
  public Books books() {
    return NotYet.there();
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
    return PaymentTraffic.start(this::endpointRegion, callers, pause);
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
