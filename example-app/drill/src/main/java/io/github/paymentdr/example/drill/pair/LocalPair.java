package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Two regions on this machine, deployed: east is active, west follows. Both have the same table;
 * callers are led by the key value store.
 */
public final class LocalPair implements AutoCloseable {
  private static final String EAST = "us-east-1";
  private static final String WEST = "us-west-2";

  private static final String SET_UP = "{\"operation\":\"setUp\"}";
  private static final String CALLER = "drill";

  /** Of {@code CALLER}; a secret that everybody may know. */
  private static final String SECRET = "c2VjcmV0IG9mIHRoZSBjYWxsZXJzIG9mIGEgZHJpbGw";

  private final PairSettings settings;
  private final boolean hasOwnLane;
  private final Lane lane;
  private final ControlDoor tables;
  private final KeyValueStore store = new KeyValueStore();
  private final FailoverTemplate template;
  private final EndpointFront front;
  private final Acceptances acceptances = new Acceptances();
  private final LocalRegion east;
  private final LocalRegion west;

  private LocalPair(PairSettings settings) {
    this.settings = settings;
    Lane given = settings.lane();
    hasOwnLane = given == null;
    lane = given == null ? Lane.start() : given;
    template = FailoverTemplate.ofPrimary();
    FailoverTemplate ofWest = FailoverTemplate.ofSecondary();
    lane.makeDatabase();
    tables =
        new ControlDoor(
            lane.newTables(),
            template.controlTable(),
            settings.mutation() != Mutation.JOURNAL_REMOVED);
    tables.tables().create(template.controlTable(), "id");
    tables
        .tables()
        .create(
            FailoverTemplate.variable(template.paymentEnvironment(), "SESSION_TABLE"), "sessionId");
    LocalRegion.Shared shared = new LocalRegion.Shared(tables, store, lane.runner(), settings);
    east = region(WEST, lane.east(), shared, template);
    west = region(EAST, lane.west(), shared, ofWest);
    east.knows(west);
    west.knows(east);
    Timers timers = settings.timers();
    front =
        lane.front(
            new EndpointFront.Settings(
                template.edgeFunction(),
                EAST,
                timers.dividedBySpeed(template.originReadTimeout()),
                settings.mutation() == Mutation.IDEMPOTENCY_LEFT_OUT));
    front.urls(Map.of(EAST, east.url(), WEST, west.url()));
    store.put("caller." + CALLER, SECRET);
  }

  private LocalRegion region(
      String peer, RegionSite site, LocalRegion.Shared shared, FailoverTemplate of) {
    return new LocalRegion(
        peer,
        site,
        shared,
        of,
        (event, answer, at) -> acceptances.note(site.region(), event, answer, at));
  }

  /** Deploys a pair and lets it run. */
  public static LocalPair start(PairSettings settings) {
    LocalPair pair = new LocalPair(settings);
    try {
      pair.deploy();
    } catch (TaskFailure | RuntimeException e) {
      pair.close();
      throw new IllegalStateException(e.getMessage(), e);
    }
    return pair;
  }

  private void deploy() throws TaskFailure {
    east.warm();
    west.warm();
    for (LocalRegion region : List.of(east, west)) {
      register(region);
      JsonNode state = region.call("ReplicationHandler", SET_UP);
      for (int i = 0; i < 50 && state.path("state").asText().equals("COPYING"); i++) {
        state = region.call("ReplicationHandler", SET_UP);
      }
    }
    front.store(edgeView(store.content()), Duration.ZERO);
    store.onChange(content -> front.store(edgeView(content), settings.timers().propagation()));
    east.awaitWarm();
    west.awaitWarm();
    east.begin();
    west.begin();
  }

  /**
   * The edge knows the Function URLs by the names that they have in AWS, and sends requests to no
   * others; the front knows where they are on this machine.
   */
  private static Map<String, String> edgeView(Map<String, String> content) {
    Map<String, String> view = new TreeMap<>(content);
    view.replaceAll(
        (key, value) ->
            key.startsWith("origin.")
                ? "local.lambda-url." + key.substring("origin.".length()) + ".on.aws"
                : value);
    return view;
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
    return front.uri();
  }

  /** {@return the region that the store says is active, whether the edge knows it yet or not} */
  public LocalRegion endpointRegion() {
    return store.get("active").equals(west.name()) ? west : east;
  }

  /** {@return the id of the key that callers of {@link #endpoint()} sign their tokens with} */
  public String callerKeyId() {
    return CALLER;
  }

  /** {@return the secret of that key: base64url of 32 bytes} */
  public String callerSecret() {
    return SECRET;
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
    List<String> states = new ArrayList<>();
    FailoverTemplate.ofPrimary()
        .definition()
        .path("States")
        .properties()
        .forEach(
            state -> {
              if (Set.of("Task", "Wait").contains(state.getValue().path("Type").asText())) {
                states.add(state.getKey());
              }
            });
    return states;
  }

  /**
   * Cuts the replication's way between the databases: the standby cannot follow, while everything
   * else of the regions can reach each other.
   */
  public void breakReplication() {
    active().database().cutFromPeer();
  }

  /** Lets the last switch be so long ago that its cool-down is over. */
  public void endCoolDown() {
    tables
        .tables()
        .set(template.controlTable(), ControlDoor.LEASE, "coolDownUntil", Instant.now().toString());
  }

  /** Undoes all levers of the pair and of its regions; what was killed is started again. */
  public void heal() {
    east.heal();
    west.heal();
  }

  /** {@return all writes of the lease, seen where they passed} */
  public List<LeaseChange> leaseChanges() {
    return tables.changes();
  }

  /** {@return who had the lease when} */
  public List<LeaseTenure> tenures() {
    List<LeaseTenure> tenures = new ArrayList<>();
    for (LeaseChange change : leaseChanges()) {
      int last = tenures.size() - 1;
      LeaseTenure current = last < 0 ? null : tenures.get(last);
      if (current == null || current.epoch() != change.epoch()) {
        if (current != null) {
          tenures.set(last, current.until(change.at()));
        }
        tenures.add(LeaseTenure.of(change));
      } else if (change.state().equals("ACTIVE") && current.openedAt() == null) {
        tenures.set(last, current.openedAt(change.at()));
      }
    }
    return tenures;
  }

  /** {@return each first acceptance that a payment function answered in time} */
  public List<Acceptance> acceptances() {
    return acceptances.all();
  }

  /** {@return the states that the state machines were in, by the time of entering} */
  public List<FailoverStep> steps() {
    return Stream.of(east, west)
        .flatMap(region -> region.steps().stream())
        .sorted(Comparator.comparing(FailoverStep::from))
        .toList();
  }

  /** {@return how the alarms on the other region changed} */
  public List<AlarmChange> alarms() {
    return Stream.of(east, west)
        .flatMap(
            region ->
                region.alarm().changes().stream()
                    .map(
                        change ->
                            new AlarmChange(
                                region.name(),
                                region.alarm().name(),
                                change.isOn(),
                                change.pointAt(),
                                change.at())))
        .sorted(Comparator.comparing(AlarmChange::at))
        .toList();
  }

  /** {@return what the active region's database has booked} */
  public Books books() {
    return Books.of(active().database());
  }

  /** {@return whether the standby's database has booked what the active region's has} */
  public boolean hasTheSameBooks() {
    return Books.of(standby().database()).equals(books());
  }

  /** {@return the lease, by the names of its attributes} */
  public JsonNode lease() {
    return tables.tables().item(template.controlTable(), ControlDoor.LEASE);
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

  /** {@return all items of the control table} */
  JsonNode controlItems() {
    return tables.tables().scan(template.controlTable());
  }

  /** Stops the pair, and its servers if they are its own. */
  @Override
  public void close() {
    east.close();
    west.close();
    front.forget();
    if (hasOwnLane) {
      lane.close();
    } else {
      lane.clear();
    }
  }
}
