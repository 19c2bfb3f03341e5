package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;

/** A lease that a test moves as the failover does. */
public final class FakeLease implements LeaseReader {
  private volatile Lease lease = new Lease("us-east-1", 1, Lease.State.ACTIVE);
  private volatile boolean isReadable = true;

  @Override
  public Lease read() {
    if (!isReadable) {
      throw new LeaseUnavailableException("the table is gone", null);
    }
    return lease;
  }

  /** Lets nobody read it, or everybody again. */
  public FakeLease readable(boolean value) {
    isReadable = value;
    return this;
  }

  public long epoch() {
    return lease.epoch();
  }

  /** A region takes it and is not open yet. */
  public long take(String region) {
    lease = new Lease(region, lease.epoch() + 1, Lease.State.ACTIVATING);
    return lease.epoch();
  }

  /** The region that has taken it is open. */
  public void open() {
    lease = new Lease(lease.activeRegion(), lease.epoch(), Lease.State.ACTIVE);
  }

  /** What was taken goes back. */
  public long handBack(String region) {
    lease = new Lease(region, lease.epoch() + 1, Lease.State.ACTIVE);
    return lease.epoch();
  }
}
