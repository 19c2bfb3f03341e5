package io.github.paymentdr.example.drill;

import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a lane is doing, for whoever looks. */
final class LaneView {
  private volatile Now now = new Now("", "", Instant.now(), () -> Figures.NONE);

  /**
   * What is to be seen of a pair.
   *
   * @param accepted payments accepted so far, by region
   * @param failed requests so far that were answered with something else, or not at all
   * @param lagMillis how far the standby is behind, null when nobody knows
   * @param lease who has the lease, in which epoch and state
   * @param step what the failover does now, empty when there is none
   */
  record Figures(
      Map<String, Long> accepted,
      long failed,
      @Nullable Long lagMillis,
      String lease,
      String step) {
    static final Figures NONE = new Figures(Map.of(), 0, null, "", "");
  }

  /** What a lane is doing now. */
  record Now(String disaster, String note, Instant since, Supplier<Figures> figures) {}

  void begin(String disaster) {
    now = new Now(disaster, "starting a pair", Instant.now(), () -> Figures.NONE);
  }

  void note(String text) {
    Now last = now;
    now = new Now(last.disaster(), text, last.since(), last.figures());
  }

  void shows(Supplier<Figures> figures) {
    Now last = now;
    now = new Now(last.disaster(), last.note(), last.since(), figures);
  }

  void end() {
    now = new Now("", "", Instant.now(), () -> Figures.NONE);
  }

  Now now() {
    return now;
  }
}
