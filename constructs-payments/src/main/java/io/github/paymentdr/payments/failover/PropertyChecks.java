package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.function.PaymentFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Token;

/** What the properties of a failover may be. All must be known at synthesis. */
final class PropertyChecks {
  /** Below a minute, from "PutMetricAlarm" in the CloudWatch API reference. */
  private static final ImmutableSet<Long> PERIODS = ImmutableSet.of(10L, 20L, 30L);

  private static final long DEFAULT_INTERVAL = 10;
  private static final long DEFAULT_TIMEOUT = 3;
  private static final int MOST_COUNT = 10;
  private static final int DAY = 86_400;
  private static final int HOUR = 3_600;
  private static final int QUARTER = 900;
  private static final int LONGEST_DELAY = 300;
  private static final long MILLIS = 1_000;

  private static final Pattern HEALTH_PATH = Pattern.compile("/[!-~]{0,255}");

  private PropertyChecks() {}

  static void checkPurpose(Faults faults, @Nullable DrNames names, String purpose) {
    if (names == null) {
      return;
    }
    try {
      names.regionalName(purpose, RegionRole.PRIMARY);
      names.regionalName(purpose, RegionRole.SECONDARY);
    } catch (InvalidInputException e) {
      faults.addAll(e);
    }
  }

  static void checkPaymentFunction(
      Faults faults, @Nullable DrNames names, PaymentFunction function) {
    faults.unless(
        function.getNames() != null,
        "paymentFunction must have names, got one whose name CloudFormation generates, which the"
            + " other region's probe cannot be allowed to call; set names(...) on it");
    if (names != null && function.getNames() != null) {
      checkSamePair(faults, "paymentFunction", function.getNames(), names);
    }
    faults.unless(
        !function.getTimeout().isUnresolved(),
        "the timeout of paymentFunction must be known at synthesis, got a deploy-time token; the"
            + " wait for fencing is made of it");
  }

  static void checkSamePair(Faults faults, String property, DrNames actual, DrNames expected) {
    faults.unless(
        actual.getRegionPair().equals(expected.getRegionPair())
            && actual.pairName("x").equals(expected.pairName("x")),
        String.format(
            "%s must be of the pair %s of %s, got one of %s of %s; give both the same names(...)",
            property,
            expected.pairName("pair"),
            expected.getRegionPair(),
            actual.pairName("pair"),
            actual.getRegionPair()));
  }

  static void checkProbe(
      Faults faults, @Nullable Duration probeInterval, @Nullable Duration probeTimeout) {
    long interval = DEFAULT_INTERVAL;
    if (probeInterval != null && isKnown(faults, "probeInterval", probeInterval)) {
      long millis = millisOf(probeInterval);
      faults.unless(
          millis % MILLIS == 0 && PERIODS.contains(millis / MILLIS),
          "probeInterval must be 10, 20 or 30 seconds, the periods of high-resolution alarms, got "
              + probeInterval.toHumanString()
              + "; 10 seconds are usual");
      interval = millis / MILLIS;
    }
    long timeout = DEFAULT_TIMEOUT;
    if (probeTimeout != null && isKnown(faults, "probeTimeout", probeTimeout)) {
      long millis = millisOf(probeTimeout);
      timeout = millis / MILLIS;
      faults.unless(
          millis % MILLIS == 0 && timeout >= 1,
          "probeTimeout must be whole seconds from 1, got "
              + probeTimeout.toHumanString()
              + "; 3 seconds are usual");
    }
    faults.unless(
        timeout < interval,
        String.format(
            "probeTimeout must be less than probeInterval, got %s and %s seconds; shorten the"
                + " timeout, a probe must end before the next one begins",
            timeout, interval));
  }

  static void checkCount(Faults faults, String name, @Nullable Number count, String advice) {
    if (count == null) {
      return;
    }
    if (Token.isUnresolved(count)) {
      addToken(faults, name);
      return;
    }
    double number = count.doubleValue();
    faults.unless(
        number >= 1 && number <= MOST_COUNT && number == Math.rint(number),
        String.format(
            "%s must be a whole number between 1 and %s, got %s; %s",
            name, MOST_COUNT, count, advice));
  }

  static void checkCoolDown(Faults faults, @Nullable Duration coolDown) {
    checkSeconds(faults, "coolDown", coolDown, 0, DAY, "10 minutes are usual");
  }

  static void checkHealthPath(Faults faults, @Nullable String path) {
    if (path != null && faults.requireConcrete("healthPath", path)) {
      faults.unless(
          HEALTH_PATH.matcher(path).matches(),
          "healthPath must begin with a slash and have at most 256 characters and no blanks, got '"
              + path
              + "'; /health?deep=true is usual");
    }
  }

  static void checkPromotionTime(Faults faults, @Nullable Duration time) {
    checkSeconds(faults, "promotionTime", time, 1, HOUR, "take the worst case that you measured");
  }

  static void checkReplayTime(Faults faults, @Nullable Duration time) {
    checkSeconds(faults, "replayTime", time, 1, QUARTER, "take the worst case that you measured");
  }

  static void checkDelay(Faults faults, String name, @Nullable Duration delay) {
    checkSeconds(faults, name, delay, 0, LONGEST_DELAY, "remove it for what is usual");
  }

  private static void checkSeconds(
      Faults faults, String name, @Nullable Duration time, int least, int most, String advice) {
    if (time == null || !isKnown(faults, name, time)) {
      return;
    }
    long millis = millisOf(time);
    faults.unless(
        millis % MILLIS == 0 && millis >= least * MILLIS && millis <= most * MILLIS,
        String.format(
            "%s must be whole seconds between %s and %s, got %s; %s",
            name, least, most, time.toHumanString(), advice));
  }

  private static long millisOf(Duration time) {
    return time.toMilliseconds().longValue();
  }

  private static boolean isKnown(Faults faults, String name, Duration time) {
    if (time.isUnresolved()) {
      addToken(faults, name);
      return false;
    }
    return true;
  }

  private static void addToken(Faults faults, String name) {
    faults.add(name + " must be known at synthesis, got a deploy-time token; pass a literal value");
  }
}
