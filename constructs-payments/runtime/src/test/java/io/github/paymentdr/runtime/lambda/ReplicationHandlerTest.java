package io.github.paymentdr.runtime.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.SecretsStub;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.PostgresPair;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

@DisplayName("D1: the control function of a region with logical replication")
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReplicationHandlerTest {
  private static final PostgresPair SERVERS = PostgresPair.shared();
  private static final String CREATE = "{\"RequestType\":\"Create\",\"ResourceProperties\":{}}";

  private static final AwsStub AWS = AwsStub.start();
  private static final SecretsStub SECRETS =
      new SecretsStub(AWS, "us-east-1")
          .with(TestRegion.MASTER_SECRET, "postgres", "any password")
          .with(TestRegion.REPLICATION_SECRET, "dr_replication_a", "ThePassword");
  private static final String DATABASE = SERVERS.newDatabase();
  private static TestRegion east;
  private static TestRegion west;

  private static String operation(String name) {
    return "{\"operation\":\"" + name + "\"}";
  }

  private static TestRegion newEast() {
    return TestRegion.of(AWS, SERVERS.east(), SERVERS.west(), DATABASE, true);
  }

  private static TestRegion newWest() {
    return TestRegion.of(AWS, SERVERS.west(), SERVERS.east(), DATABASE, false);
  }

  @BeforeAll
  static void setUp() {
    TestRegion.publishClusters(AWS, SERVERS.east(), SERVERS.west());
    east = newEast();
    west = newWest();
    for (TestRegion region : List.of(east, west)) {
      region.execute(
          "create schema shop", "create table shop.sale (id int primary key, what text)");
    }
    assertThat(east.call(CREATE))
        .isEqualTo(
            Map.of(
                "PhysicalResourceId",
                "replication",
                "Data",
                Map.of("State", "ACTIVE", "Role", "ACTIVE", "Tables", "1")));
    assertThat(west.call(operation("setUp")))
        .containsEntry("state", "STANDBY")
        .containsEntry("role", "STANDBY")
        .hasEntrySatisfying("copied", copied -> assertThat(copied).hasToString("{tables=3, of=3}"));
  }

  /** Also when a test has changed who is what. */
  @BeforeEach
  void coldStart() {
    TestRegion.publishClusters(AWS, SERVERS.east(), SERVERS.west());
    east = newEast();
    west = newWest();
  }

  @AfterAll
  static void tearDown() {
    assertThat(west.call(operation("tearDown"))).isEqualTo(Map.of("state", "REMOVED"));
    assertThat(
            east.call(
                "{\"RequestType\":\"Delete\",\"PhysicalResourceId\":\"replication\","
                    + "\"ResourceProperties\":{}}"))
        .isEqualTo(Map.of("PhysicalResourceId", "replication", "Data", Map.of()));
    AWS.close();
  }

  @Test
  void answersTheStateAndTheObservationInTheirForm() {
    assertThat(east.call(operation("state")).keySet())
        .containsExactly("replication", "region", "role", "epoch", "fitToTakeOver", "problems");
    assertThat(east.call(operation("state")))
        .containsEntry("replication", "logical")
        .containsEntry("region", "us-east-1")
        .containsEntry("role", "ACTIVE")
        .containsEntry("epoch", 1);
    assertThat(west.call(operation("observe")).keySet())
        .containsExactly(
            "role",
            "lagMillis",
            "slotInactive",
            "retainedWalBytes",
            "tablesNotInSync",
            "applyErrors");
    assertThat(west.call(operation("observe")))
        .containsEntry("role", "STANDBY")
        .containsEntry("slotInactive", null);
  }

  @Test
  void measuresWhatEachRoleHasAndNothingElse() {
    east.maintain();
    assertThat(metrics(east)).containsOnlyKeys("SlotInactive", "RetainedWal", "TablesNotInSync");
    west.maintain();
    assertThat(metrics(west))
        .containsOnlyKeys("ReplicationLag", "ApplyErrors", "TablesNotInSync", "NotFit")
        .containsEntry("NotFit", 0);
    Map<String, Object> line =
        west.lines().stream().filter(l -> l.containsKey("_aws")).findFirst().orElseThrow();
    assertThat(line)
        .containsEntry("ClusterIdentifier", "payments-us-west-2")
        .containsEntry("TablesNotInSync", 0)
        .containsEntry("ApplyErrors", 0)
        .containsKey("ReplicationLag");
    assertThat(String.valueOf(line.get("_aws")))
        .contains("Namespace=PaymentDr/Replication")
        .contains("Dimensions=[[ClusterIdentifier]]")
        .contains("{Name=ReplicationLag, Unit=Milliseconds}")
        .contains("Timestamp=");
  }

  /** Nothing else tells of it until somebody needs this region. */
  @Test
  void saysThatAStandbyIsNotFitAndWhy() {
    east.maintain();
    west.execute("alter subscription dr_subscription disable");
    west.maintain();
    assertThat(metrics(west)).containsEntry("NotFit", 1).containsEntry("TablesNotInSync", 0);
    assertThat(west.lines())
        .anySatisfy(
            line ->
                assertThat(line)
                    .containsEntry("level", "WARN")
                    .hasEntrySatisfying(
                        "problems",
                        problems ->
                            assertThat(problems)
                                .asString()
                                .contains("the subscription is disabled; run set-up")));
    west.execute("alter subscription dr_subscription enable");
  }

  @Test
  void aDatabaseThatHasLostItsPartDoesNotLookAsIfAllWereWell() {
    TestRegion restored =
        TestRegion.of(AWS, SERVERS.west(), SERVERS.east(), SERVERS.newDatabase(), false);
    restored.maintain();
    assertThat(metrics(restored)).containsOnlyKeys("NotFit").containsEntry("NotFit", 1);
    assertThat(restored.log()).contains("the database was never set up for replication");
  }

  private Map<String, Object> metrics(TestRegion region) {
    Map<String, Object> line =
        region.lines().stream().filter(one -> one.containsKey("_aws")).findFirst().orElseThrow();
    line.remove("_aws");
    line.remove("ClusterIdentifier");
    return line;
  }

  @Test
  void twoMaintenancesAtOnceDoNoHarm() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Map<String, Object>>> calls =
        threads.invokeAll(List.of(east::maintain, east::maintain, west::maintain, west::maintain));
    for (Future<Map<String, Object>> call : calls) {
      assertThat(call.get()).containsEntry("tablesNotInSync", List.of());
    }
    threads.shutdown();
    assertThat(east.log() + west.log()).doesNotContain("WARN");
  }

  @Test
  void logsJsonWithTheOperationAndTheRequestAndNoSecret() {
    east.maintain();
    assertThat(east.lines())
        .filteredOn(line -> !line.containsKey("_aws"))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line)
                    .containsKeys("level", "message", "operation")
                    .containsEntry("requestId", "request-1"));
    assertThat(east.log()).doesNotContain("ThePassword").doesNotContain("any password");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void drainsAndPromotesAsPlanned() {
    east.execute("insert into shop.sale values (2, 'accepted')");
    assertThat(west.call("{\"operation\":\"promote\",\"mode\":\"planned\",\"epoch\":7}"))
        .containsEntry("state", "ACTIVE")
        .containsEntry("mode", "planned")
        .containsEntry("epoch", 7)
        .containsEntry("alreadyActive", false)
        .containsEntry("lossWindowMillis", 0);
    assertThat(west.query("select what from shop.sale where id = 2")).containsExactly("accepted");
    assertThat(west.call("{\"operation\":\"promote\",\"mode\":\"planned\",\"epoch\":7}"))
        .containsEntry("alreadyActive", true);
    Map<String, Object> drained = east.call(operation("drain"));
    assertThat(drained).containsEntry("state", "STANDBY");
    assertThat(String.valueOf(drained.get("position"))).matches("[0-9A-F]+/[0-9A-F]+");
  }

  @Test
  void namesAllThatIsWrongWithAPromotion() {
    assertThatThrownBy(
            () ->
                west.call(
                    "{\"operation\":\"promote\",\"mode\":\"now\",\"epoch\":\"7\",\"fencedAt\":\"noon\"}"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "promote was refused: mode must be planned (the other region takes part) or unplanned"
                + " (it is lost), got 'now'; epoch must be a whole number of at least 1, got '7';"
                + " fencedAt must be a time like 2026-01-31T12:00:00Z, got 'noon'");
  }

  @Test
  void refusesWithATypeThatCallersCanTellApart() {
    assertThatThrownBy(() -> east.call(operation("rebuild")))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("rebuild was refused: ");
  }

  @Test
  void findsTheOtherDatabaseInItsMemoryWhenTheOtherRegionsApiDoesNotAnswer() {
    west.maintain();
    AWS.on("DescribeDBClusters", AWS.silence());
    TestRegion cold = newWest();
    cold.maintain();
    assertThat(cold.log()).doesNotContain("WARN");
    assertThat(west.query("select peer_host from dr.node"))
        .containsExactly("localhost:" + SERVERS.east().port());
  }

  @Test
  void learnsOfAUserThatWasRotatedWhileItRuns() throws Exception {
    SECRETS.with(TestRegion.REPLICATION_SECRET, "dr_replication_a", "AnotherPassword");
    east.maintain();
    west.maintain();
    assertThat(west.log()).doesNotContain("does not answer");
    east.execute("insert into shop.sale values (1, 'x')");
    Eventually.holds(
        "the row arrives", () -> west.query("select count(*) from shop.sale").equals(List.of("1")));
  }
}
