package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.report.ReportStore;
import java.sql.SQLException;

/**
 * All that can be done to one region's part in a pair that replicates logically. Every operation
 * can be repeated, and goes on where one was that did not come to its end.
 */
public final class LogicalReplication {
  private final Context context;

  /**
   * Makes the operations; nothing is connected yet.
   *
   * @param settings how the region takes part
   * @param servers the two databases
   * @param reports where rebuild reports what it removes
   * @param log where the operations say what they do
   */
  public LogicalReplication(
      LogicalSettings settings, Servers servers, ReportStore reports, Log log) {
    this.context = new Context(settings, servers, log);
  }

  /** What an operation does with the databases. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws SQLException;
  }

  /**
   * Sets the region up: as the active one, or as the standby that follows the other region.
   *
   * @param deadline until when to wait for the initial copy, which goes on by itself afterwards
   * @return what became of it
   * @throws io.github.paymentdr.runtime.replication.RefusedException if the databases are not fit
   *     for it; nothing was changed
   */
  public SetUpOutcome setUp(Deadline deadline) {
    return reported("set-up", () -> new SetUp(context).run(deadline));
  }

  /**
   * Lets this region accept nothing from now on, after all that it has accepted is committed. It
   * stays so until one of the regions is promoted.
   *
   * @return everything that this region accepted is before this position of its WAL
   */
  public String drain() {
    return reported(
        "drain",
        () -> {
          try (Sql local = context.servers().connectLocal(TimeLimits.SHORT)) {
            return local
                .first("select dr.drain(epoch)::text from dr.node", row -> row.getString(1))
                .orElseThrow();
          }
        });
  }

  private static <T> T reported(String operation, Work<T> work) {
    try {
      return work.run();
    } catch (SQLException e) {
      throw new ControlException(operation + " did not come to its end: " + e.getMessage(), e);
    }
  }
}
