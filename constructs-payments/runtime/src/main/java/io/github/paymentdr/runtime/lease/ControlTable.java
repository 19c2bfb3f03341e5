package io.github.paymentdr.runtime.lease;

/** The names of the items and attributes of the control table. */
public final class ControlTable {
  /** The partition key of every item. */
  public static final String ID = "id";

  /** The item of the lease. */
  public static final String LEASE = "lease";

  /** How the ids of the journal's entries begin. */
  public static final String JOURNAL = "journal/";

  /** How the ids of the regions' own items begin. */
  public static final String REGION = "region/";

  /** How the ids of what the probes remember begin. */
  public static final String PROBE = "probe/";

  /** The item of the endpoint. */
  public static final String ENDPOINT = "endpoint";

  private ControlTable() {}
}
