package io.github.paymentdr.example.drill.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.drill.load.PaymentTarget;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class RegionWatchTest {
  private static final String ACTIVE =
      """
      {"status":"UP","region":"us-east-1","role":"PRIMARY","version":"7",
       "lease":{"activeRegion":"us-east-1","epoch":3,"state":"ACTIVE"},
       "database":{"reachable":true,"writable":true,"role":"WRITER","replicationLagSeconds":"NONE"}}
      """;
  private static final String STANDBY =
      """
      {"status":"UP","region":"us-west-2","role":"SECONDARY","version":"7",
       "lease":{"activeRegion":"us-east-1","epoch":3,"state":"ACTIVE"},
       "database":{"reachable":true,"writable":false,"role":"REPLICA","replicationLagSeconds":1.25}}
      """;
  private static final String BLIND =
      """
      {"status":"DOWN","region":"us-west-2","role":"SECONDARY","version":"7",
       "lease":{"problem":"https://paymentdr.github.io/problems/lease-unavailable"},
       "database":{"reachable":true,"writable":false,"role":"REPLICA",
         "replicationLagSeconds":"UNKNOWN"}}
      """;

  private static RegionSample seen(Answer answer) {
    try (ScriptedEndpoint url = ScriptedEndpoint.start(request -> answer);
        RegionWatch watch = watch(region("us-west-2", url))) {
      await(() -> watch.latest("us-west-2").isPresent());
      assertThat(url.requests().get(0).path()).isEqualTo("/health?deep=true");
      assertThat(url.requests().get(0).headers().get("authorization"))
          .contains("/us-west-2/lambda/");
      return watch.samples().get(0);
    }
  }

  private static RegionWatch watch(WatchedRegion... regions) {
    return RegionWatch.start(List.of(regions), Duration.ofMillis(50));
  }

  private static WatchedRegion region(String name, ScriptedEndpoint url) {
    return new WatchedRegion(
        name,
        PaymentTarget.functionUrl(
            url.uri(),
            name,
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret"))));
  }

  private static void await(BooleanSupplier condition) {
    Instant end = Instant.now().plusSeconds(15);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).isBefore(end);
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void theStandbyTellsTheLagAndTheHolder() {
    RegionSample sample = seen(Answer.of(200, STANDBY));
    assertThat(sample)
        .isEqualTo(
            new RegionSample(
                "us-west-2", sample.at(), true, true, "us-east-1", 3, "ACTIVE", 1_250L));
  }

  @Test
  void theActiveRegionHasNoLag() {
    RegionSample sample = seen(Answer.of(200, ACTIVE));
    assertThat(sample.isHealthy()).isTrue();
    assertThat(sample.lagMillis()).isNull();
  }

  @Test
  void whoIsNotWellTellsWhatItKnows() {
    RegionSample sample = seen(Answer.of(503, BLIND));
    assertThat(sample.isReachable()).isTrue();
    assertThat(sample.isHealthy()).isFalse();
    assertThat(sample.leaseHolder()).isEmpty();
    assertThat(sample.lagMillis()).isNull();
    assertThat(LeaseSeen.in(List.of(sample))).isEmpty();
  }

  @Test
  void whoIsNotTheFunctionIsNotReached() {
    for (Answer answer :
        List.of(
            Answer.of(503, "{\"Message\":null}"),
            Answer.of(502, ACTIVE),
            Answer.of(403, "{\"Message\":\"Forbidden\"}"),
            Answer.of(200, "<html>"),
            Answer.of(0, ""))) {
      RegionSample sample = seen(answer);
      assertThat(sample).isEqualTo(RegionSample.unreachable("us-west-2", sample.at()));
    }
  }

  @Test
  void aRegionThatDoesNotAnswerDoesNotDelayTheOther() {
    try (ScriptedEndpoint hanging =
            ScriptedEndpoint.start(
                request -> {
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Answer.of(0, "");
                });
        ScriptedEndpoint well = ScriptedEndpoint.start(request -> Answer.of(200, STANDBY));
        RegionWatch watch = watch(region("us-east-1", hanging), region("us-west-2", well))) {
      await(() -> watch.samples().size() >= 20);
      assertThat(watch.samples()).extracting(RegionSample::region).containsOnly("us-west-2");
      assertThat(watch.latest("us-east-1")).isEmpty();
      assertThat(watch.latest("us-west-2")).map(RegionSample::epoch).isEqualTo(Optional.of(3L));
    }
  }
}
