package io.github.paymentdr.example.drill.pair;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * CloudWatch's part: keeps the points of a metric, and goes into alarm when so many of the latest
 * breach; it comes back with the next that does not.
 */
final class AlarmWatch {
  private final String name;
  private final int datapoints;
  private final double threshold;
  private final Runnable onAlarm;
  private final Duration delay;
  private final ScheduledExecutorService evaluation =
      Executors.newSingleThreadScheduledExecutor(Daemons::thread);
  private final List<Change> changes = new ArrayList<>();
  private int latestBreaching;
  private int breachingBefore;
  private int breaching;
  private boolean isOn;

  /**
   * A change of the alarm's state.
   *
   * @param pointAt when the point came that made it change
   */
  record Change(boolean isOn, Instant pointAt, Instant at) {}

  /**
   * Makes an alarm that is off.
   *
   * @param name its name
   * @param datapoints how many points in a row must breach
   * @param threshold what a point breaches by reaching it
   * @param delay how long it takes until a point is looked at and what follows from it is done
   * @param onAlarm done each time it goes on
   */
  AlarmWatch(String name, int datapoints, double threshold, Duration delay, Runnable onAlarm) {
    this.delay = delay;
    this.name = name;
    this.datapoints = datapoints;
    this.threshold = threshold;
    this.onAlarm = onAlarm;
  }

  String name() {
    return name;
  }

  synchronized boolean isOn() {
    return isOn;
  }

  synchronized List<Change> changes() {
    return List.copyOf(changes);
  }

  /** {@return how many of the latest points breach, looked at or not} */
  synchronized int latestBreaching() {
    return latestBreaching;
  }

  /** {@return how many points in a row have breached, the last time that any did and it is over} */
  synchronized int breachingBefore() {
    return breachingBefore;
  }

  void add(double value) {
    count(value >= threshold);
    Instant at = Instant.now();
    var unused =
        evaluation.schedule(() -> evaluate(value, at), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void count(boolean isBreaching) {
    if (isBreaching) {
      latestBreaching++;
    } else if (latestBreaching > 0) {
      breachingBefore = latestBreaching;
      latestBreaching = 0;
    }
  }

  /** Looks at no more points. */
  void close() {
    evaluation.shutdownNow();
  }

  private void evaluate(double value, Instant pointAt) {
    boolean goesOn = false;
    synchronized (this) {
      breaching = value >= threshold ? breaching + 1 : 0;
      boolean now = breaching >= datapoints;
      if (now != isOn) {
        isOn = now;
        changes.add(new Change(now, pointAt, Instant.now()));
        goesOn = now;
      }
    }
    if (goesOn) {
      onAlarm.run();
    }
  }
}
