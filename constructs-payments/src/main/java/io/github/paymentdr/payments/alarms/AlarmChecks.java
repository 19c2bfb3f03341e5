package io.github.paymentdr.payments.alarms;

import io.github.paymentdr.core.validation.Faults;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MetricConfig;
import software.amazon.awscdk.services.sns.ITopic;
import software.constructs.Construct;

/** What must hold before anything of {@link DrAlarms} is added to the tree. */
final class AlarmChecks {
  /** The limits of an alarm, from "PutMetricAlarm" in the CloudWatch API reference. */
  private static final int LONGEST_DESCRIPTION = 1024;

  private static final int MOST_ACTIONS = 5;

  private static final Pattern CUSTOM_ID = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,99}");

  private AlarmChecks() {}

  static void checkTopic(Construct scope, @Nullable ITopic topic) {
    if (topic == null) {
      return;
    }
    String here = Stack.of(scope).getRegion();
    String region = topic.getEnv().getRegion();
    Faults faults = Faults.of("DrAlarms");
    faults.unless(
        isHere(region, here),
        String.format(
            "topic must be in %s like its alarms, got one in %s; use a topic of this region",
            here, region));
    faults.throwIfAny();
  }

  static void checkMonitored(
      Construct alarms, String groupId, String name, String region, IMetric metric) {
    String here = Stack.of(alarms).getRegion();
    Faults faults = Faults.of("DrAlarms");
    faults.unless(
        alarms.getNode().tryFindChild(groupId) == null,
        name + " is monitored already; monitor it once, with all the thresholds you want");
    // The replica of a global table is in one region's stack and in another's metrics.
    Stream.concat(
            Stream.of(region).filter(own -> !isHere(own, here)),
            regionsOf(metric).filter(other -> !other.equals(here)))
        .map(AlarmChecks::describe)
        .distinct()
        .map(
            other ->
                String.format(
                    "%s is in %s, whose metrics alarms of %s cannot read; monitor it with the"
                        + " DrAlarms of its region",
                    name, other, here))
        .forEach(faults::add);
    faults.throwIfAny();
  }

  static void checkCustom(
      Construct alarms, String groupId, String id, IMetric metric, String description) {
    String here = Stack.of(alarms).getRegion();
    Faults faults = Faults.of("DrAlarms");
    if (faults.requireConcrete("id", id)) {
      faults.unless(
          CUSTOM_ID.matcher(id).matches(),
          String.format(
              "id must be 1 to 100 letters, digits, hyphens and underscores, starting with a"
                  + " letter, got '%s'",
              id));
      faults.unless(
          alarms.getNode().tryFindChild(groupId) == null,
          "there is an alarm '" + id + "' already; choose another id");
    }
    regionsOf(metric)
        .filter(region -> !region.equals(here))
        .map(AlarmChecks::describe)
        .distinct()
        .map(
            region ->
                String.format(
                    "the metric is in %s, which an alarm of %s cannot read; add the alarm to the"
                        + " DrAlarms of that region",
                    region, here))
        .forEach(faults::add);
    faults.unless(
        metric.toMetricConfig().getSearchExpression() == null,
        "an alarm cannot watch a search expression; use a metric or a math expression");
    faults.unless(
        !description.isBlank() && description.length() <= LONGEST_DESCRIPTION,
        "description must be 1 to 1024 characters, got "
            + description.length()
            + "; say what the alarm means and what to do first");
    faults.throwIfAny();
  }

  static void checkActions(int count) {
    Faults faults = Faults.of("DrAlarms");
    faults.unless(
        count <= MOST_ACTIONS,
        "an alarm can have at most 5 actions, of which the topic is one, got "
            + count
            + "; let the topic tell the others");
    faults.throwIfAny();
  }

  /** The regions that a metric names; an alarm reads only its own region's. */
  private static Stream<String> regionsOf(IMetric metric) {
    MetricConfig config = metric.toMetricConfig();
    if (config.getMetricStat() != null) {
      return Stream.ofNullable(config.getMetricStat().getRegion());
    }
    return config.getMathExpression() == null
        ? Stream.empty()
        : config.getMathExpression().getUsingMetrics().values().stream()
            .flatMap(AlarmChecks::regionsOf);
  }

  private static boolean isHere(String region, String here) {
    return isToken(region) || region.equals(here);
  }

  private static String describe(String region) {
    return isToken(region) ? "a stack that names no region" : region;
  }

  private static boolean isToken(String region) {
    return region.contains("${Token[");
  }
}
