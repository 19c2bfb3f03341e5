package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.LaneView.Figures;
import io.github.paymentdr.example.drill.LaneView.Now;
import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.Verdict;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** One screen that is painted again and again: each lane as it is now, and what is over. */
final class Screen implements Progress {
  private static final Duration EVERY = Duration.ofMillis(500);

  private static final String ESCAPE = "\u001b[";
  private static final String OTHER_SCREEN = ESCAPE + "?1049h" + ESCAPE + "?25l";
  private static final String BACK = ESCAPE + "?25h" + ESCAPE + "?1049l";
  private static final String HOME = ESCAPE + "H";
  private static final String REST_OF_LINE = ESCAPE + "K";
  private static final String REST_OF_SCREEN = ESCAPE + "J";
  private static final String RED = ESCAPE + "31m";
  private static final String GREEN = ESCAPE + "32m";
  private static final String BOLD = ESCAPE + "1m";
  private static final String PLAIN = ESCAPE + "0m";

  private final PrintStream out;
  private final String title;
  private final int disasters;
  private final List<LaneView> lanes;
  private final Instant start = Instant.now();
  private final List<DisasterReport> over = new CopyOnWriteArrayList<>();
  private final Map<Integer, Seen> seen = new HashMap<>();
  private final Thread painter;
  private final Thread atExit = new Thread(this::leave);
  private volatile boolean isClosing;
  private boolean hasLeft;
  private int rows = 24;
  private int columns = 80;

  /** What a lane had when it was painted last, to tell how much it is a second. */
  private record Seen(Instant at, Figures figures) {}

  Screen(PrintStream out, String title, int disasters, List<LaneView> lanes) {
    this.out = out;
    this.title = title;
    this.disasters = disasters;
    this.lanes = List.copyOf(lanes);
    painter = new Thread(this::paintAlways, "screen");
    painter.setDaemon(true);
  }

  /** {@return whether somebody looks at a screen} */
  static boolean isThere(Map<String, String> environment) {
    String terminal = environment.getOrDefault("TERM", "dumb");
    return Optional.ofNullable(System.console()).filter(Screen::isTerminal).isPresent()
        && !environment.containsKey("CI")
        && !terminal.equals("dumb");
  }

  /** From Java 22 on there is a console without a terminal. */
  private static boolean isTerminal(Console console) {
    try {
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  Screen open() {
    measure();
    out.print(OTHER_SCREEN);
    // Also when somebody has enough of it.
    Runtime.getRuntime().addShutdownHook(atExit);
    painter.start();
    return this;
  }

  /** The size may change, but not so often that it must be asked for each time. */
  private void measure() {
    try {
      Process stty =
          new ProcessBuilder("sh", "-c", "stty size < /dev/tty").redirectErrorStream(true).start();
      String answer =
          new String(stty.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (stty.waitFor(1, TimeUnit.SECONDS) && answer.strip().matches("[1-9]\\d* [1-9]\\d*")) {
        int blank = answer.indexOf(' ');
        rows = Integer.parseInt(answer.substring(0, blank));
        columns = Integer.parseInt(answer.substring(blank + 1).strip());
      }
    } catch (IOException e) {
      // It stays at what every terminal has.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void begins(int lane, Disaster disaster) {
    // Seen at the lane.
  }

  @Override
  public void ended(int lane, DisasterReport report) {
    over.add(report);
  }

  private void paintAlways() {
    while (!isClosing) {
      paint();
      try {
        Thread.sleep(EVERY.toMillis());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void paint() {
    List<String> text = lines();
    StringBuilder page = new StringBuilder(HOME);
    for (String line : text.subList(0, Math.min(text.size(), rows - 1))) {
      page.append(line).append(REST_OF_LINE).append("\r\n");
    }
    synchronized (this) {
      if (!hasLeft) {
        out.print(page.append(REST_OF_SCREEN));
        out.flush();
      }
    }
  }

  /** {@return what is on the screen now} */
  List<String> lines() {
    List<String> text = new ArrayList<>();
    long failed = over.stream().filter(one -> one.verdict() == Verdict.FAILED).count();
    text.add(
        BOLD
            + cut(
                String.format(
                    Locale.ROOT,
                    "%s  %s  %d of %d over%s",
                    title,
                    Texts.clock(Duration.between(start, Instant.now())),
                    over.size(),
                    disasters,
                    failed == 0 ? "" : ", " + failed + " failed"))
            + PLAIN);
    for (int i = 0; i < lanes.size(); i++) {
      text.add("");
      lane(i, lanes.get(i).now(), text);
    }
    text.add("");
    int room = Math.max(0, rows - 1 - text.size());
    List<DisasterReport> last = over.subList(Math.max(0, over.size() - room), over.size());
    for (DisasterReport report : last) {
      boolean isPassed = report.verdict() == Verdict.PASSED;
      text.add((isPassed ? GREEN : RED) + cut(Texts.outcome(report)) + PLAIN);
    }
    return text;
  }

  private void lane(int number, Now now, List<String> text) {
    if (now.disaster().isEmpty()) {
      text.add(cut((number + 1) + "  –"));
      text.add("");
      return;
    }
    text.add(
        cut(
            String.format(
                Locale.ROOT,
                "%d  %s  %s  %s",
                number + 1,
                now.disaster(),
                Texts.clock(Duration.between(now.since(), Instant.now())),
                now.note())));
    text.add(cut("   " + figures(number, now.figures().get())));
  }

  private String figures(int lane, Figures figures) {
    Instant at = Instant.now();
    Seen before = seen.put(lane, new Seen(at, figures));
    double seconds =
        before == null ? 1 : Math.max(0.1, Duration.between(before.at(), at).toMillis() / 1000.0);
    Figures last = before == null ? figures : before.figures();
    StringBuilder text = new StringBuilder();
    new TreeMap<>(figures.accepted())
        .forEach(
            (region, accepted) -> {
              long more = accepted - last.accepted().getOrDefault(region, 0L);
              text.append(
                  String.format(Locale.ROOT, "%s %.0f/s  ", region, Math.max(0, more) / seconds));
            });
    Long lag = figures.lagMillis();
    text.append("errors ")
        .append(figures.failed())
        .append("  lag ")
        .append(lag == null ? "unknown" : String.format(Locale.ROOT, "%.1f s", lag / 1000.0));
    if (!figures.lease().isEmpty()) {
      text.append("  lease ").append(figures.lease());
    }
    if (!figures.step().isEmpty()) {
      text.append("  ").append(figures.step());
    }
    return text.toString();
  }

  private String cut(String line) {
    return line.length() <= columns ? line : line.substring(0, columns - 1) + "…";
  }

  private synchronized void leave() {
    if (!hasLeft) {
      hasLeft = true;
      out.print(BACK);
      out.flush();
    }
  }

  /** Leaves the screen as it was, and says in the usual way what is over. */
  @Override
  public void close() {
    isClosing = true;
    painter.interrupt();
    leave();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // It is running.
    }
    for (DisasterReport report : over) {
      out.println(Texts.outcome(report));
      report.failures().forEach(failure -> out.println("        " + failure));
    }
    out.flush();
  }
}
