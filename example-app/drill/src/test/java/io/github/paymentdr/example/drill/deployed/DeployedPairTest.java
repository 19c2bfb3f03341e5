package io.github.paymentdr.example.drill.deployed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.paymentdr.example.drill.pair.LocalPair;
import io.github.paymentdr.example.drill.pair.PairSettings;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.Phase;
import io.github.paymentdr.example.drill.report.Recovery;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The local pair stands for one in AWS: the drill knows of it what HTTP says. */
@Timeout(180)
class DeployedPairTest {
  @Test
  @DisplayName("a pair that is only seen over HTTP is measured through the loss of a region")
  void regionKilled(@TempDir Path report) throws Exception {
    try (LocalPair pair = LocalPair.start(PairSettings.of(Timers.atSpeed(10)))) {
      ScriptedOperator[] operator = new ScriptedOperator[1];
      operator[0] =
          new ScriptedOperator(
              () -> {
                operator[0].giveTheWord();
                pair.east().kill();
              });
      DisasterReport held =
          DeployedDrill.hold(
              new DeployedSettings(
                  pair.east().url(),
                  pair.west().url(),
                  pair.endpoint(),
                  pair.callerKeyId(),
                  pair.callerSecret(),
                  "",
                  20,
                  3,
                  Timers.budget(),
                  new DeployedSettings.Waits(
                      Duration.ofMillis(200),
                      Duration.ofSeconds(5),
                      Duration.ofSeconds(30),
                      Duration.ofSeconds(90),
                      Duration.ofSeconds(3),
                      Duration.ofSeconds(20),
                      Duration.ofSeconds(60)),
                  report),
              operator[0],
              StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIACALLER", "any")));
      assertThat(held.failures()).isEmpty();
      assertThat(held.recovery()).isEqualTo(Recovery.AUTOMATIC);
      assertThat(held.rtoSeconds()).isBetween(1.0, 60.0);
      assertThat(held.phases()).hasSize(3).allMatch(phase -> phase.seconds() >= 0);
      assertThat(held.phases().stream().mapToDouble(Phase::seconds).sum())
          .isEqualTo(held.rtoSeconds(), within(1e-6));
      assertThat(held.acknowledged()).isGreaterThan(50);
      assertThat(held.lost()).isZero();
      assertThat(held.doubled()).isZero();
      assertThat(held.twoWriters()).isZero();
      assertThat(held.ledgerSum().isRight()).isTrue();
      assertThat(held.ledgerSum().booked()).isPositive();
      assertThat(held.timeline().samples())
          .anyMatch(sample -> sample.accepted().containsKey("us-east-1"))
          .anyMatch(sample -> sample.accepted().containsKey("us-west-2"))
          .anyMatch(sample -> sample.lagMillis() != null);
      assertThat(held.timeline().tenures()).hasSize(2);
    }
  }
}
