package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.report.DisasterReport;

/** Shows a drill as it happens; from many threads at once. */
interface Progress extends AutoCloseable {
  /** A disaster is about to begin on a lane. */
  void begins(int lane, Disaster disaster);

  /** A disaster is over. */
  void ended(int lane, DisasterReport report);

  /** Nothing more happens. */
  @Override
  void close();
}
