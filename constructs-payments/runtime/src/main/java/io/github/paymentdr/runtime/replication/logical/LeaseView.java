package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;
import io.github.paymentdr.runtime.replication.InTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * What the lease says of the pair, where there is one. It is a help: a region that cannot read it
 * goes by the databases, as a pair without a lease does.
 */
final class LeaseView {
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private LeaseView() {}

  /** {@return the lease; empty if there is none or it cannot be read in time, which is logged} */
  static Optional<Lease> read(Context context) {
    if (context.lease().isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<Lease> lease = InTime.call(LONGEST, context.lease().get()::read);
      if (lease.isEmpty()) {
        unreadable(context, "no answer within " + LONGEST.toSeconds() + " s");
      }
      return lease;
    } catch (LeaseUnavailableException | SQLException e) {
      unreadable(context, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static void unreadable(Context context, String reason) {
    context.log().warn("the lease cannot be read; the databases alone decide", "reason", reason);
  }
}
