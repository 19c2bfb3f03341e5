package io.github.paymentdr.runtime.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.aws.SecretsStub;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.PostgresPair;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("D1: the replication's credentials rotate while it goes on")
@Timeout(120)
class CredentialRotationTest {
  private static final List<String> STEPS =
      List.of("createSecret", "setSecret", "testSecret", "finishSecret");
  private static final String SECRET = TestRegion.REPLICATION_SECRET;

  /** Users belong to a whole server, so these are not shared. */
  private static PostgresPair servers;

  private final AwsStub aws = AwsStub.start();
  private final SecretsStub secrets =
      new SecretsStub(aws, "us-east-1")
          .with(TestRegion.MASTER_SECRET, "postgres", "any password")
          .with(SECRET, "dr_replication_a", "InitialPassword");
  private TestRegion east;
  private TestRegion west;

  @BeforeAll
  static void startServers() {
    servers = PostgresPair.start();
  }

  @AfterAll
  static void stopServers() {
    servers.close();
  }

  @AfterEach
  void stop() {
    for (TestRegion region : new TestRegion[] {west, east}) {
      region.call("{\"operation\":\"tearDown\"}");
    }
    aws.close();
  }

  private void deploy(boolean isEastActive) {
    String database = servers.newDatabase();
    TestRegion.publishClusters(aws, servers.east(), servers.west());
    east = TestRegion.of(aws, servers.east(), servers.west(), database, isEastActive);
    west = TestRegion.of(aws, servers.west(), servers.east(), database, !isEastActive);
    for (TestRegion region : new TestRegion[] {east, west}) {
      region.execute(
          "create schema shop", "create table shop.sale (id int primary key, what text)");
    }
  }

  private void setUp(boolean isEastActive) {
    deploy(isEastActive);
    (isEastActive ? east : west).call("{\"operation\":\"setUp\"}");
    assertThat((isEastActive ? west : east).call("{\"operation\":\"setUp\"}"))
        .containsEntry("state", "STANDBY");
  }

  /** Rotates in the region that the secret is in, each step twice. */
  private void rotate() {
    String token = secrets.startRotation(SECRET);
    for (String step : STEPS) {
      east.rotationStep(step, token);
      east.rotationStep(step, token);
    }
    assertThat(secrets.stages(SECRET, token)).contains("AWSCURRENT");
  }

  private static void awaitSubscriber(TestRegion active, String user) throws InterruptedException {
    String query =
        "select distinct usename from pg_stat_replication where application_name ="
            + " 'dr_subscription'";
    Eventually.holds(
        "the subscription logs in as " + user, () -> active.query(query).equals(List.of(user)));
  }

  private static int count(TestRegion region) {
    return Integer.parseInt(region.query("select count(*) from shop.sale").get(0));
  }

  private static String errors(TestRegion standby) {
    return standby
        .query(
            "select sum(apply_error_count + sync_error_count) from pg_stat_subscription_stats s"
                + " join pg_subscription u on u.oid = s.subid join pg_database d on d.oid ="
                + " u.subdbid where d.datname = current_database()")
        .get(0);
  }

  /** The secret is in us-east-1; the publisher is in the same region, or in the other one. */
  @ParameterizedTest(name = "publisher in {0}")
  @ValueSource(strings = {"us-east-1", "us-west-2"})
  void twiceUnderLoadAndNothingIsLost(String publisher) throws Exception {
    setUp(publisher.equals("us-east-1"));
    TestRegion active = publisher.equals("us-east-1") ? east : west;
    TestRegion standby = publisher.equals("us-east-1") ? west : east;
    try (Load load = new Load(active)) {
      for (String user : List.of("dr_replication_b", "dr_replication_a")) {
        rotate();
        assertThat(secrets.current(SECRET)).containsEntry("username", user);
        // First in the order in which the publisher may not know the user yet.
        standby.maintain();
        active.maintain();
        standby.maintain();
        awaitSubscriber(active, user);
        int reached = count(active);
        Eventually.holds("new rows arrive", () -> count(standby) > reached);
        assertThat(standby.call("{\"operation\":\"state\"}"))
            .containsEntry("fitToTakeOver", true)
            .containsEntry("problems", List.of());
      }
      load.stop();
      Eventually.holds("all rows have arrived", () -> count(standby) == count(active));
    }
    assertThat(errors(standby)).isEqualTo("0");
    assertThat(active.log() + standby.log())
        .doesNotContain(String.valueOf(secrets.current(SECRET).get("password")))
        .doesNotContain("InitialPassword");
  }

  @Test
  void isRefusedWhileTheSubscriptionHasNotMovedYetAndReplicationGoesOn() throws Exception {
    setUp(true);
    rotate();
    String second = secrets.startRotation(SECRET);
    east.rotationStep("createSecret", second);
    assertThatThrownBy(() -> east.rotationStep("setSecret", second))
        .isInstanceOf(ControlException.class)
        .hasMessageStartingWith("the other region's subscription still logs in as dr_replication_a")
        .hasMessageEndingWith("rotate again");
    assertThat(secrets.stages(SECRET, second)).doesNotContain("AWSCURRENT");

    east.execute("insert into shop.sale values (1, 'still replicated')");
    Eventually.holds("the row arrives", () -> count(west) == 1);
    west.maintain();
    awaitSubscriber(east, "dr_replication_b");
    for (String step : STEPS) {
      east.rotationStep(step, second);
    }
    west.maintain();
    awaitSubscriber(east, "dr_replication_a");
    assertThat(errors(west)).isEqualTo("0");
  }

  @Test
  void whileTheInitialCopyRuns() throws Exception {
    deploy(true);
    east.execute("insert into shop.sale select n, 'sold' from generate_series(1, 300) n");
    // Slows the copy down, so that the rotation is over before it is.
    west.execute(
        "create function slow() returns trigger language plpgsql as"
            + " 'begin perform pg_sleep(0.02); return new; end'",
        "create trigger slow before insert on shop.sale for each row execute function slow()",
        "alter table shop.sale enable always trigger slow");
    east.call("{\"operation\":\"setUp\"}");
    assertThat(west.call("{\"operation\":\"setUp\"}", TestContext.withMillisToWork(0)))
        .containsEntry("state", "COPYING");
    rotate();
    west.maintain();
    assertThat(count(west)).as("rows when the rotation is over").isZero();
    Eventually.holds("all rows are copied", () -> count(west) == 300);
    east.execute("insert into shop.sale values (301, 'after the copy')");
    Eventually.holds("new rows arrive", () -> count(west) == 301);
    awaitSubscriber(east, "dr_replication_b");
  }

  @Test
  void canBeTheFirstThingThatHappens() throws IOException {
    deploy(true);
    rotate();
    Map<String, Object> now = secrets.current(SECRET);
    assertThat(now).containsEntry("username", "dr_replication_b");
    assertThat(String.valueOf(now.get("password"))).matches("[a-zA-Z0-9]{48}");
    assertThat(east.call("{\"operation\":\"setUp\"}")).containsEntry("state", "ACTIVE");
    assertThat(west.call("{\"operation\":\"setUp\"}")).containsEntry("state", "STANDBY");
  }

  @Test
  void ofAVersionThatIsNotBeingRotatedFails() {
    deploy(true);
    assertThatThrownBy(() -> east.rotationStep("createSecret", "nobody's token"))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("the secret has no version nobody's token");
    String token = secrets.startRotation(SECRET);
    assertThatThrownBy(() -> east.rotationStep("testSecret", token))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("is empty; run createSecret first");
    assertThatThrownBy(() -> east.rotationStep("deleteSecret", token))
        .hasMessage(
            "Step must be createSecret, setSecret, testSecret or finishSecret, got"
                + " 'deleteSecret'");
    String next = secrets.startRotation(SECRET);
    assertThatThrownBy(() -> east.rotationStep("createSecret", token))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("is not being rotated: its stages are []");
    assertThat(secrets.stages(SECRET, next)).containsExactly("AWSPENDING");
  }

  @Test
  void ofAReplicaSaysThatItIsOne() {
    deploy(true);
    String token = secrets.startRotation(SECRET);
    assertThatThrownBy(() -> west.rotationStep("createSecret", token))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("Operation not permitted on a replica secret");
  }

  @Test
  void withAPasswordThatTheDatabaseDoesNotHaveFailsItsTest() {
    deploy(true);
    String token = secrets.startRotation(SECRET);
    east.rotationStep("createSecret", token);
    assertThatThrownBy(() -> east.rotationStep("testSecret", token))
        .isInstanceOf(ControlException.class)
        .hasMessageStartingWith("testSecret of the secret's rotation failed: ")
        .hasMessageContaining("dr_replication_b");
    assertThat(secrets.stages(SECRET, token)).containsExactly("AWSPENDING");
  }

  @Test
  void goesOnThroughThrottlingAndEndsAtARefusal() {
    deploy(true);
    String token = secrets.startRotation(SECRET);
    aws.once(
        "secretsmanager.PutSecretValue",
        call -> Response.jsonError(400, "ThrottlingException", "slow down"));
    east.rotationStep("createSecret", token);
    aws.once(
        "secretsmanager.DescribeSecret",
        call -> Response.jsonError(400, "AccessDeniedException", "not you"));
    assertThatThrownBy(() -> east.rotationStep("setSecret", token))
        .isInstanceOf(ControlException.class)
        .hasMessage(
            "setSecret of the secret's rotation failed: AccessDeniedException (not you); allow it"
                + " to the function's role");
  }

  /** Inserts rows until it is stopped. */
  private static final class Load implements AutoCloseable {
    private final AtomicBoolean goesOn = new AtomicBoolean(true);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;

    Load(TestRegion active) {
      thread = new Thread(() -> run(active));
      thread.setUncaughtExceptionHandler((which, e) -> failure.set(e));
      thread.start();
    }

    private void run(TestRegion active) {
      for (int id = 1; goesOn.get(); id++) {
        active.execute("insert into shop.sale values (" + id + ", 'sold')");
      }
    }

    void stop() throws InterruptedException {
      close();
      thread.join();
      assertThat(failure.get()).isNull();
    }

    @Override
    public void close() {
      goesOn.set(false);
    }
  }
}
