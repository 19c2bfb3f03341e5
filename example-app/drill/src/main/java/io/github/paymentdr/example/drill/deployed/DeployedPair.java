package io.github.paymentdr.example.drill.deployed;

import io.github.paymentdr.example.drill.load.PaymentTarget;
import io.github.paymentdr.example.drill.measure.RegionSample;
import io.github.paymentdr.example.drill.measure.RegionWatch;
import io.github.paymentdr.example.drill.measure.WatchedRegion;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * A pair that answers, and is well.
 *
 * @param endpoint what callers use
 * @param active the region that is active
 * @param standby the other one
 * @param epoch the lease's epoch
 */
record DeployedPair(
    PaymentTarget endpoint, WatchedRegion active, WatchedRegion standby, long epoch) {
  private static final Pattern FUNCTION_URL =
      Pattern.compile("[a-z0-9]+\\.lambda-url\\.([a-z0-9-]+)\\.on\\.aws");

  /** For addresses that do not say in which region they are. */
  private static final String SOME_REGION = "us-east-1";

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  /** Asks all of it how it is. */
  static DeployedPair find(DeployedSettings settings, AwsCredentialsProvider credentials)
      throws DeployedException {
    List<String> faults = new ArrayList<>();
    Optional<PaymentTarget> endpoint = endpoint(settings, credentials, faults);
    Optional<Region> primary = region("--primary-url", settings.primaryUrl(), credentials, faults);
    Optional<Region> standby = region("--standby-url", settings.standbyUrl(), credentials, faults);
    if (primary.isPresent() && standby.isPresent()) {
      return pair(endpoint, primary.get(), standby.get(), faults);
    }
    throw new DeployedException(faults);
  }

  /** A region, and what it says. */
  private record Region(WatchedRegion region, RegionSample health) {
    String name() {
      return region.name();
    }
  }

  private static DeployedPair pair(
      Optional<PaymentTarget> endpoint, Region primary, Region standby, List<String> faults)
      throws DeployedException {
    String holder = primary.health().leaseHolder();
    if (primary.name().equals(standby.name())) {
      faults.add(
          "--primary-url and --standby-url are both of "
              + primary.name()
              + "; give the outputs FunctionUrl of the two stacks");
    } else if (!List.of(primary.name(), standby.name()).contains(holder)) {
      faults.add(
          "the lease is with "
              + holder
              + ", which is neither "
              + primary.name()
              + " nor "
              + standby.name()
              + "; give the Function URLs of one pair");
    } else if (!primary.health().state().equals("ACTIVE")) {
      faults.add(
          "no region accepts payments, because "
              + holder
              + " is becoming active; wait, or see docs/runbook.md");
    }
    if (!faults.isEmpty()) {
      throw new DeployedException(faults);
    }
    boolean isPrimary = holder.equals(primary.name());
    return new DeployedPair(
        endpoint.orElseThrow(),
        (isPrimary ? primary : standby).region(),
        (isPrimary ? standby : primary).region(),
        primary.health().epoch());
  }

  private static Optional<PaymentTarget> endpoint(
      DeployedSettings settings, AwsCredentialsProvider credentials, List<String> faults) {
    PaymentTarget target;
    try {
      target =
          settings.callerKeyId().isEmpty()
              ? PaymentTarget.functionUrl(
                  settings.endpoint(), regionOf(settings.endpoint()), credentials)
              : PaymentTarget.endpoint(
                  settings.endpoint(), settings.callerKeyId(), settings.callerSecret());
    } catch (IllegalArgumentException e) {
      faults.add("--endpoint: " + e.getMessage());
      return Optional.empty();
    }
    Optional<HttpResponse<String>> answer = get(target, "health");
    int status = answer.map(HttpResponse::statusCode).orElse(0);
    if (status != OK) {
      faults.add(
          "--endpoint: "
              + settings.endpoint()
              + "health "
              + says(status)
              + (status == UNAUTHORIZED
                  ? "; see whether the key is in the endpoint's store and the secret is its"
                  : ""));
    }
    return Optional.of(target);
  }

  private static Optional<Region> region(
      String option, URI url, AwsCredentialsProvider credentials, List<String> faults) {
    PaymentTarget target;
    try {
      target = PaymentTarget.functionUrl(url, regionOf(url), credentials);
    } catch (IllegalArgumentException e) {
      faults.add(option + ": " + e.getMessage());
      return Optional.empty();
    }
    Optional<HttpResponse<String>> answer = get(target, "health?deep=true");
    RegionSample health = RegionWatch.sample("", Instant.now(), answer);
    if (!health.isHealthy()) {
      int status = answer.map(HttpResponse::statusCode).orElse(0);
      faults.add(
          option
              + ": "
              + url
              + "health?deep=true "
              + says(status)
              + (status == FORBIDDEN
                  ? "; the credentials must be let invoke the function by its URL"
                  : "; begin a drill when both regions are well"));
      return Optional.empty();
    }
    String name = RegionWatch.region(answer).orElse("");
    return Optional.of(
        new Region(
            new WatchedRegion(name, PaymentTarget.functionUrl(url, name, credentials)), health));
  }

  private static String says(int status) {
    return status == 0 ? "does not answer" : "answers with " + status;
  }

  private static Optional<HttpResponse<String>> get(PaymentTarget target, String path) {
    CompletableFuture<Optional<HttpResponse<String>>> answer = new CompletableFuture<>();
    target.get(path, LIMIT, answer::complete);
    return answer.join();
  }

  private static String regionOf(URI url) {
    Matcher host = FUNCTION_URL.matcher(String.valueOf(url.getHost()));
    return host.matches() ? host.group(1) : SOME_REGION;
  }
}
