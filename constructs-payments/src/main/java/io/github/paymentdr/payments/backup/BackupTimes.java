package io.github.paymentdr.payments.backup;

import io.github.paymentdr.core.validation.Faults;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.backup.LockConfiguration;

/** Checks that AWS Backup will take the retentions, the lock and the windows of a plan. */
final class BackupTimes {
  private static final long MILLIS_PER_MINUTE = 60_000;
  private static final long MINUTES_PER_DAY = 24 * 60;

  /** From "Lifecycle" in the AWS Backup developer guide: one hundred years. */
  private static final long MAX_DAYS = 36_500;

  /** From "AWS Backup Vault Lock" in the AWS Backup developer guide: 72 hours. */
  private static final long MIN_CHANGEABLE_DAYS = 3;

  /** From "BackupRule" in the AWS Backup developer guide. */
  private static final long MIN_WINDOW_MINUTES = 60;

  private final Faults faults;

  BackupTimes(Faults faults) {
    this.faults = faults;
  }

  /** Gives the days, or the fallback where there is no usable value. */
  long checkDays(String name, @Nullable Duration value, long fallback) {
    return checkDays(name, value, fallback, 1);
  }

  private long checkDays(String name, @Nullable Duration value, long fallback, long min) {
    if (value == null || !isConcrete(name, value)) {
      return fallback;
    }
    double days = minutesOf(value) / MINUTES_PER_DAY;
    boolean allowed = days == Math.rint(days) && days >= min && days <= MAX_DAYS;
    faults.unless(
        allowed,
        String.format(
            "%s must be between %s and %s whole days, got %s",
            name, min, MAX_DAYS, value.toHumanString()));
    return allowed ? (long) days : fallback;
  }

  /** A vault fails every job whose retention is outside its lock, backups and copies alike. */
  void checkLock(LockConfiguration lock, long retentionDays, long copyDays) {
    long shortest = Math.min(retentionDays, copyDays);
    long longest = Math.max(retentionDays, copyDays);
    long min = checkDays("lockConfiguration.minRetention", lock.getMinRetention(), 1);
    long max = checkDays("lockConfiguration.maxRetention", lock.getMaxRetention(), longest);
    checkDays(
        "lockConfiguration.changeableFor",
        lock.getChangeableFor(),
        MIN_CHANGEABLE_DAYS,
        MIN_CHANGEABLE_DAYS);
    faults.unless(
        min <= shortest,
        String.format(
            "retention and copyRetention must be at least the lock's minRetention of %s days, got"
                + " %s and %s days; the vault would fail the jobs",
            min, retentionDays, copyDays));
    faults.unless(
        max >= longest,
        String.format(
            "retention and copyRetention must be at most the lock's maxRetention of %s days, got"
                + " %s and %s days; the vault would fail the jobs",
            max, retentionDays, copyDays));
  }

  void checkWindows(
      @Nullable Duration start,
      long defaultStartMinutes,
      @Nullable Duration completion,
      long defaultCompletionMinutes) {
    double startMinutes = checkMinutes("startWindow", start, defaultStartMinutes);
    faults.unless(
        startMinutes >= MIN_WINDOW_MINUTES,
        "startWindow must be at least 60 minutes, got " + (long) startMinutes + " minutes");
    double completionMinutes =
        checkMinutes("completionWindow", completion, defaultCompletionMinutes);
    faults.unless(
        completionMinutes >= startMinutes + MIN_WINDOW_MINUTES,
        String.format(
            "completionWindow must be at least 60 minutes longer than startWindow, got %s and %s"
                + " minutes",
            (long) completionMinutes, (long) startMinutes));
  }

  private double checkMinutes(String name, @Nullable Duration value, long fallback) {
    if (value == null || !isConcrete(name, value)) {
      return fallback;
    }
    double minutes = minutesOf(value);
    faults.unless(
        minutes == Math.rint(minutes),
        name + " must be whole minutes, got " + value.toHumanString());
    return minutes;
  }

  private boolean isConcrete(String name, Duration value) {
    boolean concrete = !value.isUnresolved();
    faults.unless(
        concrete,
        name + " must be known at synthesis, got a deploy-time token; pass a literal value");
    return concrete;
  }

  private static double minutesOf(Duration value) {
    return value.toMilliseconds().doubleValue() / MILLIS_PER_MINUTE;
  }
}
