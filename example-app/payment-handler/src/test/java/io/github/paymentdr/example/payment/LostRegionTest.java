package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.FragileRegion.Fate;
import io.github.paymentdr.example.payment.FragileRegion.Safety;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Loses the active region again and again, at a random point of a request, with real handlers, real
 * databases and DynamoDB Local.
 *
 * <p>The system property {@code lostregion.seed} repeats what the clients of a run want and where
 * the region is lost; how requests meet, no seed can repeat.
 */
@DisplayName("B2: no acknowledged payment is lost and none is doubled")
@Timeout(300)
class LostRegionTest {
  private static final int RUNS = 500;
  private static final int LANES = 8;
  private static final int ROUNDS = 20;

  /** Beside the runs in which it is lost: it stands still, and goes on when it is not asked to. */
  private static final int FROZEN = 5;

  private static final String TEMPLATE = "ledger_template";

  /** The table is strongly consistent and each acceptance is confirmed: nothing else is needed. */
  private static final Duration SHORT_FENCING = Duration.ofMillis(15);

  private static final Duration BELIEVED = Duration.ofMillis(400);

  private static TestDatabase server;

  @BeforeAll
  static void start() throws Exception {
    server = TestDatabase.start().migrated();
    server.execute("create database " + TEMPLATE + " template postgres");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void inFiveHundredRuns() throws Exception {
    long seed = Long.getLong("lostregion.seed", new Random().nextLong());
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    try {
      Random random = new Random(seed);
      List<DynamoDbClient> servers = new ArrayList<>();
      for (int i = 0; i < LANES; i++) {
        servers.add(TestControlTable.newServer());
      }
      List<Future<Integer>> worlds = new ArrayList<>();
      for (int i = 0; i < RUNS / ROUNDS; i++) {
        long worldSeed = random.nextLong();
        DynamoDbClient client = servers.get(i % LANES);
        worlds.add(lanes.submit(() -> world(client, worldSeed)));
      }
      int answers = 0;
      for (Future<Integer> world : worlds) {
        answers += world.get(280, TimeUnit.SECONDS);
      }
      assertThat(answers).as("acknowledged payments").isGreaterThan(RUNS * 3);
    } catch (Exception e) {
      throw new AssertionError("-Dlostregion.seed=" + seed + ": " + e.getMessage(), e);
    } finally {
      lanes.shutdownNow();
    }
  }

  private static int world(DynamoDbClient client, long seed) throws Exception {
    Random random = new Random(seed);
    try (PaymentWorld world =
        new PaymentWorld(
            server, TEMPLATE, TestControlTable.create(client), Safety.all(), SHORT_FENCING, seed)) {
      List<Fate> fates = new ArrayList<>();
      fates.addAll(Collections.nCopies(ROUNDS, Fate.LOST));
      fates.addAll(Collections.nCopies(FROZEN, Fate.FROZEN));
      Collections.shuffle(fates, random);
      for (Fate fate : fates) {
        world.round(fate);
      }
      return world.answers();
    }
  }

  @Test
  void withoutTheJournalPaymentsAreLost() throws Exception {
    assertThat(findFault(Safety.withoutJournal(), SHORT_FENCING, Fate.LOST)).isPresent();
  }

  @Test
  void withoutTheConfirmationPaymentsAreLost() throws Exception {
    assertThat(findFault(Safety.withoutConfirmation(), SHORT_FENCING, Fate.FROZEN)).isPresent();
  }

  /** As with a table that is not strongly consistent: there it is the wait that protects. */
  @Test
  void withoutTheWaitPaymentsAreLostWhereReadingsAreBelieved() throws Exception {
    assertThat(findFault(Safety.believing(BELIEVED), Duration.ZERO, Fate.FROZEN)).isPresent();
  }

  @Test
  void withTheWaitNoneIsLostThere() throws Exception {
    Duration fencing = BELIEVED.plusMillis(200);
    assertThat(findFault(Safety.believing(BELIEVED), fencing, Fate.FROZEN, 10)).isEmpty();
  }

  private static Optional<String> findFault(Safety safety, Duration fencing, Fate fate)
      throws Exception {
    return findFault(safety, fencing, fate, 100);
  }

  /** The first fault of a world with other protections. */
  private static Optional<String> findFault(Safety safety, Duration fencing, Fate fate, int rounds)
      throws Exception {
    try (PaymentWorld world =
        new PaymentWorld(server, TEMPLATE, TestControlTable.create(), safety, fencing, 1)) {
      for (int i = 0; i < rounds; i++) {
        try {
          world.round(fate);
        } catch (AssertionError e) {
          return Optional.of(e.getMessage());
        }
      }
      return Optional.empty();
    }
  }
}
