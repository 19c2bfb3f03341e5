package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.report.DisasterReport;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** A line when a disaster begins and one when it is over, for logs. */
final class Lines implements Progress {
  private final PrintStream out;
  private final Instant start = Instant.now();

  Lines(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begins(int lane, Disaster disaster) {
    print("begins  " + disaster.name());
  }

  @Override
  public void ended(int lane, DisasterReport report) {
    print(Texts.outcome(report));
    report.failures().forEach(failure -> print("        " + failure));
  }

  private synchronized void print(String text) {
    out.println(Texts.clock(Duration.between(start, Instant.now())) + "  " + text);
  }

  @Override
  public void close() {
    out.flush();
  }
}
