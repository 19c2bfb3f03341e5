package io.github.paymentdr.example.drill.deployed;

import static io.github.paymentdr.example.drill.deployed.ScriptedPair.EAST;
import static io.github.paymentdr.example.drill.deployed.ScriptedPair.WEST;
import static io.github.paymentdr.example.drill.deployed.ScriptedPair.pause;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.base.Splitter;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Answer;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Request;
import io.github.paymentdr.example.drill.pair.Budget;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.Conditions;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.Mark;
import io.github.paymentdr.example.drill.report.Phase;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.Tenure;
import io.github.paymentdr.example.drill.report.Verdict;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class DeployedDrillTest {
  private static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAEXAMPLE", "secret"));

  private final ScriptedPair pair = new ScriptedPair();

  @TempDir private Path report;

  @AfterEach
  void stop() {
    pair.close();
  }

  private DeployedSettings settings(URI primary, URI standby, URI endpoint, String secret) {
    return new DeployedSettings(
        primary,
        standby,
        endpoint,
        ScriptedEndpoint.KEY_ID,
        secret,
        "",
        50,
        7,
        Timers.budget(),
        new DeployedSettings.Waits(
            Duration.ofMillis(50),
            Duration.ofMillis(1_000),
            Duration.ofSeconds(4),
            Duration.ofSeconds(6),
            Duration.ofMillis(500),
            Duration.ofSeconds(3),
            Duration.ofSeconds(3)),
        report);
  }

  private DeployedSettings settings() {
    return settings(pair.east.uri(), pair.west.uri(), pair.endpoint.uri(), ScriptedEndpoint.SECRET);
  }

  private static Budget budgetOf(int seconds) {
    return new Budget(seconds, 300, Map.of("detection", seconds));
  }

  private DisasterReport hold(ScriptedOperator operator) {
    return hold(operator, Timers.budget());
  }

  private DisasterReport hold(ScriptedOperator operator, Budget budget) {
    DeployedSettings of = settings();
    DeployedSettings settings =
        new DeployedSettings(
            of.primaryUrl(),
            of.standbyUrl(),
            of.endpoint(),
            of.callerKeyId(),
            of.callerSecret(),
            of.controlTable(),
            of.paymentsPerSecond(),
            of.seed(),
            budget,
            of.waits(),
            of.report());
    try {
      return DeployedDrill.hold(settings, operator, CREDENTIALS);
    } catch (DeployedException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> faults(DeployedSettings settings) {
    return catchThrowableOfType(
            DeployedException.class,
            () -> DeployedDrill.hold(settings, new ScriptedOperator(() -> {}), CREDENTIALS))
        .faults();
  }

  /** East is lost when payments are accepted; west takes over after a moment. */
  private ScriptedOperator eastIsLost(boolean isAnnounced) {
    ScriptedOperator[] self = new ScriptedOperator[1];
    self[0] =
        new ScriptedOperator(
            () -> {
              pair.dead = EAST;
              if (isAnnounced) {
                self[0].giveTheWord();
              }
              pause(1_500);
              pair.takeOver(700);
            });
    return self[0];
  }

  @Nested
  class ADisaster {
    @Test
    void isMeasuredAndPasses() {
      ScriptedOperator operator = eastIsLost(true);
      DisasterReport held = hold(operator);
      assertThat(held.failures()).isEmpty();
      assertThat(held.verdict()).isEqualTo(Verdict.PASSED);
      assertThat(held.recovery()).isEqualTo(Recovery.AUTOMATIC);
      assertThat(held.rtoSeconds()).isBetween(2.0, 5.0);
      assertThat(held.budgetSeconds()).isEqualTo(119);
      assertThat(held.phases())
          .extracting(Phase::name)
          .containsExactly(
              "until the lease was taken",
              "until the region had opened",
              "until callers were served");
      assertThat(held.phases().get(0).seconds()).isBetween(1.3, 2.5);
      assertThat(held.phases().get(1).seconds()).isBetween(0.5, 1.5);
      assertThat(held.outageSeconds()).isBetween(2.0, 5.0);
      assertThat(held.acknowledged()).isPositive();
      assertThat(held.refused()).isPositive();
      assertThat(held.ledgerSum().isRight()).isTrue();
      assertThat(held.ledgerSum().booked()).isPositive();
      assertThat(held.timeline().regions()).containsExactly(EAST, WEST);
      assertThat(held.timeline().tenures()).extracting(Tenure::region).containsExactly(EAST, WEST);
      assertThat(held.timeline().marks())
          .extracting(Mark::text)
          .containsExactly("the operator begins");
      assertThat(held.timeline().samples())
          .anyMatch(sample -> sample.accepted().containsKey(EAST))
          .anyMatch(sample -> sample.accepted().containsKey(WEST))
          .anyMatch(sample -> sample.refused().containsKey("none"))
          .anyMatch(sample -> Long.valueOf(500).equals(sample.lagMillis()));
      assertThat(held.evidence()).isEmpty();
      assertThat(operator.told()).contains("us-west-2 accepts payments in epoch 2.");
    }

    @Test
    void isNoticedWhenNobodyAnnouncesIt() {
      DisasterReport held = hold(eastIsLost(false));
      assertThat(held.failures()).isEmpty();
      assertThat(held.timeline().marks())
          .extracting(Mark::text)
          .containsExactly("no payment is accepted from here on");
      assertThat(held.rtoSeconds()).isBetween(2.0, 5.0);
    }

    @Test
    void isNoticedByTheLease() {
      DisasterReport held = hold(new ScriptedOperator(() -> pair.takeOver(300)));
      assertThat(held.failures()).isEmpty();
      assertThat(held.timeline().marks())
          .extracting(Mark::text)
          .containsExactly("the lease goes to us-west-2");
      assertThat(held.rtoSeconds()).isBetween(0.1, 3.0);
      assertThat(held.recovery()).isEqualTo(Recovery.BY_PERSON);
      assertThat(held.budgetSeconds()).isEqualTo(71);
    }

    @Test
    void thatLosesPaymentsFailsAndLeavesEvidence() {
      pair.forgets = true;
      DisasterReport held = hold(eastIsLost(true));
      assertThat(held.verdict()).isEqualTo(Verdict.FAILED);
      assertThat(held.lost()).isPositive();
      assertThat(held.failures())
          .hasSize(1)
          .allMatch(failure -> failure.startsWith("acknowledged and lost: "));
      assertThat(held.evidence())
          .containsExactly(
              "evidence/deployed/failures.txt",
              "evidence/deployed/attempts.txt",
              "evidence/deployed/health.txt",
              "evidence/deployed/lease.txt");
      assertThat(held.evidence())
          .allSatisfy(file -> assertThat(report.resolve(file)).isNotEmptyFile());
    }

    @Test
    void thatNobodyRecoversFails() {
      ScriptedOperator operator = new ScriptedOperator(() -> pair.dead = EAST);
      DisasterReport held = hold(operator);
      assertThat(held.verdict()).isEqualTo(Verdict.FAILED);
      assertThat(held.recovery()).isEqualTo(Recovery.AUTOMATIC);
      assertThat(held.rtoSeconds()).isNull();
      assertThat(held.failures()).contains("no payments are accepted at the end");
    }

    @Test
    void thatTheActiveRegionSurvivesNeedsNoRecovery() {
      ScriptedOperator[] self = new ScriptedOperator[1];
      self[0] =
          new ScriptedOperator(
              () -> {
                self[0].giveTheWord();
                pause(1_000);
                self[0].giveTheWord();
              });
      DisasterReport held = hold(self[0]);
      assertThat(held.failures()).isEmpty();
      assertThat(held.recovery()).isEqualTo(Recovery.NONE);
      assertThat(held.rtoSeconds()).isNull();
      assertThat(held.timeline().marks())
          .extracting(Mark::text)
          .containsExactly("the operator begins", "the operator ends the drill");
    }

    @Test
    void thatIsMendedAfterTheBudgetWithoutATakeoverFails() {
      ScriptedOperator[] self = new ScriptedOperator[1];
      self[0] =
          new ScriptedOperator(
              () -> {
                pair.dead = EAST;
                self[0].giveTheWord();
                pause(2_500);
                pair.dead = "";
                pause(1_000);
                self[0].giveTheWord();
              });
      DisasterReport held = hold(self[0], budgetOf(2));
      assertThat(held.recovery()).isEqualTo(Recovery.NONE);
      assertThat(held.verdict()).isEqualTo(Verdict.FAILED);
      assertThat(held.failures())
          .singleElement()
          .asString()
          .matches(
              "no payment was accepted for [2-9]\\.\\d s, and no region took over, for which it has 2\\.0 s");
    }

    @Test
    void countsFromTheLastAcceptanceWhenTheWordComesLate() {
      ScriptedOperator[] self = new ScriptedOperator[1];
      self[0] =
          new ScriptedOperator(
              () -> {
                pair.dead = EAST;
                pause(700);
                self[0].giveTheWord();
                pause(800);
                pair.takeOver(700);
              });
      DisasterReport held = hold(self[0]);
      assertThat(held.failures()).isEmpty();
      assertThat(held.rtoSeconds()).isBetween(2.0, 5.0);
      assertThat(held.recovery()).isEqualTo(Recovery.AUTOMATIC);
    }

    @Test
    void isNotWaitedForForEver() {
      assertThat(faults(settings())).containsExactly("nothing has happened in 4 s; begin anew");
    }
  }

  @Nested
  class TheDrill {
    @Test
    void asksForNothingButPaymentsAndHealth() {
      hold(eastIsLost(true));
      assertThat(pair.requests())
          .extracting(
              request ->
                  request.method() + " " + Splitter.on('/').splitToList(request.path()).get(1))
          .containsOnly(
              "GET health",
              "GET health?deep=true",
              "POST payments",
              "GET payments",
              "GET accounts");
    }

    @Test
    void saysWhatTheOperatorCanDo() {
      ScriptedOperator operator = eastIsLost(true);
      hold(operator);
      assertThat(operator.told())
          .contains("This drill starts no disaster. You do, in us-east-1, with one of these:")
          .anyMatch(line -> line.contains("put-function-concurrency --region us-east-1"))
          .anyMatch(line -> line.contains("fis start-experiment --region us-east-1"))
          .anyMatch(line -> line.contains("start-execution --region us-west-2"));
    }
  }

  @Nested
  class ThePair {
    @Test
    void isLookedAtBeforehandAndAllFaultsAreNamed() {
      try (ScriptedEndpoint forbidden = ScriptedEndpoint.start(request -> Answer.of(403, "{}"));
          ScriptedEndpoint unknown = ScriptedEndpoint.start(request -> Answer.of(401, ""))) {
        ScriptedEndpoint gone = ScriptedEndpoint.start(request -> Answer.of(200, ""));
        gone.close();
        assertThat(
                faults(
                    settings(forbidden.uri(), gone.uri(), unknown.uri(), ScriptedEndpoint.SECRET)))
            .containsExactly(
                "--endpoint: "
                    + unknown.uri()
                    + "health answers with 401; see whether the key is in the endpoint's store and"
                    + " the secret is its",
                "--primary-url: "
                    + forbidden.uri()
                    + "health?deep=true answers with 403; the credentials must be let invoke the"
                    + " function by its URL",
                "--standby-url: "
                    + gone.uri()
                    + "health?deep=true does not answer; begin a drill when both regions are well");
        assertThat(
                faults(
                    settings(
                        URI.create("http://127.0.0.1:1/a"),
                        pair.west.uri(),
                        pair.endpoint.uri(),
                        "short")))
            .containsExactly(
                "--endpoint: the caller's secret must be 32 bytes in base64url, as it is in the"
                    + " endpoint's store",
                "--primary-url: must be a URL without a path, got http://127.0.0.1:1/a");
      }
      assertThat(pair.requests()).extracting(Request::method).doesNotContain("POST");
    }

    @Test
    void mustBeOneAndActive() {
      assertThat(
              faults(
                  settings(
                      pair.east.uri(),
                      pair.east.uri(),
                      pair.endpoint.uri(),
                      ScriptedEndpoint.SECRET)))
          .containsExactly(
              "--primary-url and --standby-url are both of us-east-1; give the outputs FunctionUrl"
                  + " of the two stacks");
      pair.state = "ACTIVATING";
      assertThat(faults(settings()))
          .containsExactly(
              "no region accepts payments, because us-east-1 is becoming active; wait, or see"
                  + " docs/runbook.md");
      pair.active = "eu-west-1";
      assertThat(faults(settings()))
          .containsExactly(
              "the lease is with eu-west-1, which is neither us-east-1 nor us-west-2; give the"
                  + " Function URLs of one pair");
    }

    @Test
    void maybeTheOtherWayRound() throws Exception {
      pair.takeOver(0);
      DeployedPair found = DeployedPair.find(settings(), CREDENTIALS);
      assertThat(found.active().name()).isEqualTo(WEST);
      assertThat(found.standby().name()).isEqualTo(EAST);
      assertThat(found.epoch()).isEqualTo(2);
    }

    @Test
    void showsTheLeaseInItsTableWhenNoRegionAnswers() throws Exception {
      LeaseReader table = () -> new Lease(WEST, 2, Lease.State.ACTIVE);
      LeaseReader lost =
          () -> {
            throw new LeaseUnavailableException("no way to the table", null);
          };
      ScriptedOperator[] self = new ScriptedOperator[1];
      self[0] =
          new ScriptedOperator(
              () -> {
                pause(1_000);
                self[0].giveTheWord();
              });
      DisasterReport held =
          DeployedDrill.hold(
              settings(),
              self[0],
              DeployedPair.find(settings(), CREDENTIALS),
              List.of(lost, table));
      assertThat(held.timeline().marks())
          .extracting(Mark::text)
          .containsExactly("the lease goes to us-west-2", "the operator ends the drill");
    }
  }

  @Nested
  class ThePerson {
    @Test
    void givesTheWordWithTheEnterKey() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Operator operator =
          Operator.at(
              new ByteArrayInputStream("now\n".getBytes(UTF_8)), new PrintStream(out, true, UTF_8));
      operator.tell("a line");
      assertThat(out.toString(UTF_8)).isEqualTo("a line" + System.lineSeparator());
      assertThat(operator.hasGivenTheWord()).isTrue();
      assertThat(operator.hasGivenTheWord()).isFalse();
    }
  }

  @Test
  void conditionsSayWhatIsSeenAndNoSecret() {
    Conditions conditions = DeployedConditions.of(settings(), "the command");
    assertThat(conditions.where()).isEqualTo("deployed");
    assertThat(conditions.seed()).isEqualTo(7);
    assertThat(conditions.timers()).containsEntry("budget for fencing", "16 s");
    assertThat(conditions.load()).contains(pair.endpoint.uri().toString());
    assertThat(conditions.toString()).doesNotContain(ScriptedEndpoint.SECRET);
  }
}
