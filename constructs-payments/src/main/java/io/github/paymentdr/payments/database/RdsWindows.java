package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks the daily backup and the weekly maintenance window: both in UTC, at least 30 minutes and
 * apart from each other. From "CreateDBCluster" in the Amazon RDS API reference.
 */
final class RdsWindows {
  private static final int MINUTES_OF_DAY = 24 * 60;
  private static final int MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY;
  private static final int SHORTEST = 30;
  private static final List<String> DAYS =
      ImmutableList.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
  private static final String TIME = "([01][0-9]|2[0-3]):([0-5][0-9])";
  private static final String DAY = "(" + String.join("|", DAYS) + "):";
  private static final Pattern DAILY = Pattern.compile(TIME + "-" + TIME);
  private static final Pattern WEEKLY = Pattern.compile(DAY + TIME + "-" + DAY + TIME);

  private RdsWindows() {}

  static void check(Faults faults, @Nullable String backup, @Nullable String maintenance) {
    Window daily = backup == null ? null : parseDaily(faults, backup);
    Window weekly = maintenance == null ? null : parseWeekly(faults, maintenance);
    if (daily != null && weekly != null) {
      faults.unless(
          weekly.minutes().noneMatch(minute -> daily.contains(minute % MINUTES_OF_DAY)),
          String.format(
              "preferredBackupWindow and preferredMaintenanceWindow must not overlap, got %s and"
                  + " %s; move one of them",
              backup, maintenance));
    }
  }

  private static @Nullable Window parseDaily(Faults faults, String text) {
    if (!faults.requireConcrete("preferredBackupWindow", text)) {
      return null;
    }
    Matcher matcher = DAILY.matcher(text);
    Window window =
        matcher.matches()
            ? new Window(minute(matcher, 1), minute(matcher, 3), MINUTES_OF_DAY)
            : null;
    return longEnough(faults, "preferredBackupWindow", "02:00-03:00", text, window);
  }

  private static @Nullable Window parseWeekly(Faults faults, String text) {
    if (!faults.requireConcrete("preferredMaintenanceWindow", text)) {
      return null;
    }
    Matcher matcher = WEEKLY.matcher(text);
    Window window =
        matcher.matches()
            ? new Window(
                dayOf(matcher, 1) + minute(matcher, 2),
                dayOf(matcher, 4) + minute(matcher, 5),
                MINUTES_OF_WEEK)
            : null;
    return longEnough(faults, "preferredMaintenanceWindow", "sun:04:00-sun:05:00", text, window);
  }

  private static @Nullable Window longEnough(
      Faults faults, String property, String example, String text, @Nullable Window window) {
    boolean valid = window != null && window.length() >= SHORTEST;
    faults.unless(
        valid,
        property
            + " must be at least 30 minutes in UTC, written like "
            + example
            + ", got '"
            + text
            + "'");
    return valid ? window : null;
  }

  private static int dayOf(Matcher matcher, int group) {
    return DAYS.indexOf(matcher.group(group)) * MINUTES_OF_DAY;
  }

  private static int minute(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group)) * 60 + Integer.parseInt(matcher.group(group + 1));
  }

  /** From one minute until before another one, of a day or a week that starts over at its end. */
  private record Window(int start, int end, int cycle) {
    int length() {
      return Math.floorMod(end - start, cycle);
    }

    boolean contains(int minute) {
      return Math.floorMod(minute - start, cycle) < length();
    }

    IntStream minutes() {
      return IntStream.range(start, start + length()).map(minute -> minute % cycle);
    }
  }
}
