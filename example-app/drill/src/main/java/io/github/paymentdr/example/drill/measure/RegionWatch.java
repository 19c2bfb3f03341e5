package io.github.paymentdr.example.drill.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks both regions for their health again and again, and keeps what they say: who has the lease,
 * how far the standby is behind, whether they answer at all. A region that does not answer does not
 * delay the questions to the other one.
 */
public final class RegionWatch implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEALTH = "health?deep=true";

  /** Deep health asks the table and the database, so it may take its time. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final ScheduledThreadPoolExecutor questions =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "drill-region-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final List<RegionSample> samples = new ArrayList<>();
  private final Map<String, RegionSample> latest = new HashMap<>();

  private RegionWatch() {}

  /**
   * Starts to watch.
   *
   * @param regions the regions
   * @param interval the time from one question to the next
   */
  public static RegionWatch start(List<WatchedRegion> regions, Duration interval) {
    RegionWatch watch = new RegionWatch();
    for (WatchedRegion region : regions) {
      Future<?> unused =
          watch.questions.scheduleAtFixedRate(
              () -> watch.ask(region), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }
    return watch;
  }

  /** {@return all that was seen, in the order of the answers} */
  public List<RegionSample> samples() {
    synchronized (samples) {
      return List.copyOf(samples);
    }
  }

  /** {@return what a region said when it was asked last, or nothing if it has not been} */
  public Optional<RegionSample> latest(String region) {
    synchronized (samples) {
      return Optional.ofNullable(latest.get(region));
    }
  }

  @Override
  public void close() {
    questions.shutdownNow();
  }

  private void ask(WatchedRegion region) {
    Instant at = Instant.now();
    region.functionUrl().get(HEALTH, LIMIT, answer -> keep(sample(region.name(), at, answer)));
  }

  private void keep(RegionSample sample) {
    synchronized (samples) {
      samples.add(sample);
      // An answer may be overtaken by that to a later question.
      latest.merge(
          sample.region(),
          sample,
          (known, added) -> added.at().isBefore(known.at()) ? known : added);
    }
  }

  /**
   * {@return what an answer to the question for deep health says}
   *
   * @param region who was asked
   * @param at when
   * @param answer the answer, or nothing if there was none
   */
  public static RegionSample sample(
      String region, Instant at, Optional<HttpResponse<String>> answer) {
    Optional<JsonNode> said = health(answer);
    if (said.isEmpty()) {
      return RegionSample.unreachable(region, at);
    }
    JsonNode health = said.get();
    JsonNode lease = health.path("lease");
    JsonNode lag = health.path("database").path("replicationLagSeconds");
    return new RegionSample(
        region,
        at,
        true,
        answer.get().statusCode() == OK,
        lease.path("activeRegion").asText(),
        lease.path("epoch").asLong(),
        lease.path("state").asText(),
        lag.isNumber() ? Math.round(lag.asDouble() * 1_000) : null);
  }

  /** {@return which region an answer to the question for health is of, if it is one} */
  public static Optional<String> region(Optional<HttpResponse<String>> answer) {
    return health(answer).map(health -> health.path("region").asText());
  }

  /** A 503 of Lambda itself is not an answer of the function, which names its region. */
  private static Optional<JsonNode> health(Optional<HttpResponse<String>> answer) {
    return answer
        .filter(one -> one.statusCode() == OK || one.statusCode() == UNAVAILABLE)
        .map(RegionWatch::json)
        .filter(health -> health.path("region").isTextual());
  }

  private static JsonNode json(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
