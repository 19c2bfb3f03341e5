package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.load.LoadCount;
import io.github.paymentdr.example.drill.load.PaymentLoad;
import io.github.paymentdr.example.drill.measure.RegionWatch;
import io.github.paymentdr.example.drill.pair.LocalPair;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at a pair for whoever is watching. */
final class Figures {
  private Figures() {}

  static LaneView.Figures of(LocalPair pair, PaymentLoad load, RegionWatch watch) {
    LoadCount count = load.count();
    return new LaneView.Figures(
        count.accepted(),
        count.unanswered() + count.refused().values().stream().mapToLong(Long::longValue).sum(),
        lag(pair, watch),
        pair.lease("activeRegion") + " " + pair.lease("epoch") + " " + pair.lease("state"),
        step(pair));
  }

  private static @Nullable Long lag(LocalPair pair, RegionWatch watch) {
    return watch.latest(pair.standby().name()).map(sample -> sample.lagMillis()).orElse(null);
  }

  private static String step(LocalPair pair) {
    return Stream.of(pair.east(), pair.west())
        .flatMap(region -> region.executions().stream())
        .filter(execution -> execution.status() == Execution.Status.RUNNING)
        .map(Execution::currentState)
        .findFirst()
        .orElse("");
  }
}
