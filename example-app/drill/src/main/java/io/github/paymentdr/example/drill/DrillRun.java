package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.pair.Lane;
import io.github.paymentdr.example.drill.pair.Mutation;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.DrillReport;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.Verdict;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Runs disasters on several lanes side by side: each lane has its servers, and each disaster a pair
 * of its own on them. Most of a disaster is waiting, so a lane costs less than a processor.
 */
final class DrillRun {
  /** To start a pair is work, while others are amid their recovery and mostly wait. */
  private static final int STARTING_AT_ONCE = Runtime.getRuntime().availableProcessors();

  private final DrillOptions options;
  private final Mutation mutation;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final List<LaneView> views = new ArrayList<>();
  private final Semaphore starting = new Semaphore(STARTING_AT_ONCE);
  private final Map<String, DisasterReport> reports = new ConcurrentHashMap<>();

  DrillRun(DrillOptions options, Map<String, String> environment, PrintStream out) {
    this(options, Mutation.NONE, environment, out);
  }

  /** Without one of the safeguards, to show that it is missed. */
  DrillRun(
      DrillOptions options, Mutation mutation, Map<String, String> environment, PrintStream out) {
    this.options = options;
    this.mutation = mutation;
    this.environment = environment;
    this.out = out;
  }

  DrillReport run() {
    Instant start = Instant.now();
    List<Disaster> disasters = options.disasters();
    int lanes = Math.min(options.lanes(), disasters.size());
    for (int i = 0; i < lanes; i++) {
      views.add(new LaneView());
    }
    Queue<Disaster> waiting = new ConcurrentLinkedQueue<>(order(disasters, lanes));
    try (Progress progress = progress(disasters.size())) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < lanes; i++) {
        int number = i;
        Thread thread = new Thread(() -> lane(number, waiting, progress), "lane-" + (i + 1));
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the drill was interrupted", e);
    }
    List<DisasterReport> inOrder =
        disasters.stream().map(one -> reports.get(one.name())).map(DrillRun::known).toList();
    return Reports.of(
        start,
        Instant.now(),
        inOrder,
        Timers.budget().objectiveSeconds(),
        LocalConditions.of(options, disasters.size()));
  }

  /**
   * The longest first, so that none is left over at the end. The machine is busiest when all lanes
   * begin, and a region may well be given up then; so one that is to stay active begins later.
   */
  static List<Disaster> order(List<Disaster> disasters, int lanes) {
    List<Disaster> order = new ArrayList<>(disasters);
    order.sort(Comparator.comparingInt(Disaster::aboutSeconds).reversed());
    List<Disaster> calm = order.stream().filter(one -> one.recovery() == Recovery.NONE).toList();
    order.removeAll(calm);
    order.addAll(Math.min(lanes, order.size()), calm);
    return order;
  }

  private static DisasterReport known(@Nullable DisasterReport report) {
    if (report == null) {
      throw new IllegalStateException("a disaster was not run; a lane must have broken off");
    }
    return report;
  }

  private Progress progress(int disasters) {
    String title = "Drill  speed " + options.speedText() + "  seed " + options.seed();
    if (Screen.isThere(environment)) {
      return new Screen(out, title, disasters, views).open();
    }
    out.println(title + "  " + disasters + " disasters on " + views.size() + " lanes");
    return new Lines(out);
  }

  private void lane(int number, Queue<Disaster> waiting, Progress progress) {
    Lane lane = null;
    LaneView view = views.get(number);
    try {
      for (Disaster next = waiting.poll(); next != null; next = waiting.poll()) {
        view.begin(next.name());
        progress.begins(number, next);
        DisasterReport report;
        try {
          lane = lane == null ? Lane.start() : lane;
          report = new DisasterRun(next, options, mutation, lane, starting, view).run();
        } catch (RuntimeException | Error e) {
          // Also when memory is short: the other disasters and the report must not be lost.
          report =
              DisasterRun.brokenOff(next, options, List.of(DisasterRun.brokeOff(e)), List.of());
        }
        reports.put(next.name(), report);
        progress.ended(number, report);
        view.end();
        if (report.verdict() == Verdict.FAILED && lane != null) {
          // Nobody knows what it has left behind.
          close(lane);
          lane = null;
        }
      }
    } finally {
      if (lane != null) {
        close(lane);
      }
    }
  }

  /** A server that does not stop in order must not cost the other disasters. */
  private static void close(Lane lane) {
    try {
      lane.close();
    } catch (RuntimeException e) {
      // Its folder goes with the process.
    }
  }
}
