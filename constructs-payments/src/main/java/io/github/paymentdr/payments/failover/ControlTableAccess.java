package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import java.util.List;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;

/** Who may do what with which items of the control table, in the stack's own region. */
final class ControlTableAccess {
  private static final String LEADING_KEYS = "dynamodb:LeadingKeys";

  private static final String GET = "dynamodb:GetItem";
  private static final String PUT = "dynamodb:PutItem";
  private static final String UPDATE = "dynamodb:UpdateItem";
  private static final String DELETE = "dynamodb:DeleteItem";
  private static final String BATCH_WRITE = "dynamodb:BatchWriteItem";
  private static final String SCAN = "dynamodb:Scan";

  private static final String LEASE = "lease";
  private static final String ENDPOINT = "endpoint";
  private static final String JOURNAL_ENTRIES = "journal/*";

  private final String tableArn;
  private final String ownRegion;
  private final String ownProbe;
  private final String ownReplay;
  private final String peerRegion;

  ControlTableAccess(String tableArn, RegionPair regionPair, RegionRole role) {
    this.tableArn = tableArn;
    this.ownRegion = "region/" + regionPair.regionOf(role);
    this.ownProbe = "probe/" + regionPair.regionOf(role);
    this.ownReplay = "replay/" + regionPair.regionOf(role);
    this.peerRegion = "region/" + regionPair.regionOf(role.peer());
  }

  /**
   * To guard and to keep the journal: the lease is read only. A replay reads the whole journal, and
   * a scan has no key that a condition could name, hence the statement without one; what else the
   * table has is no secret to a payment function.
   */
  Grant grantJournal(IGrantable grantee) {
    return allow(grantee, ImmutableList.of(GET), LEASE, JOURNAL_ENTRIES, ownReplay)
        .combine(
            allow(grantee, ImmutableList.of(PUT, DELETE, BATCH_WRITE), JOURNAL_ENTRIES, ownReplay))
        .combine(allow(grantee, ImmutableList.of(SCAN), ImmutableMap.of()));
  }

  Grant grantReadLease(IGrantable grantee) {
    return allow(grantee, ImmutableList.of(GET), LEASE);
  }

  Grant grantTakeLease(IGrantable grantee) {
    return allow(grantee, ImmutableList.of(GET, UPDATE), LEASE);
  }

  Grant grantProbe(IGrantable grantee) {
    return allow(grantee, ImmutableList.of(GET), LEASE, ownRegion, peerRegion)
        .combine(allow(grantee, ImmutableList.of(GET, PUT, UPDATE, DELETE), ownProbe));
  }

  /** The lease may be put, when there is none, and reported on, but never deleted. */
  Grant grantRegister(IGrantable grantee) {
    return allow(grantee, ImmutableList.of(GET), LEASE, ownRegion, peerRegion, ownProbe, ENDPOINT)
        .combine(allow(grantee, ImmutableList.of(PUT, UPDATE), LEASE))
        .combine(allow(grantee, ImmutableList.of(PUT, UPDATE, DELETE), ownRegion, ENDPOINT));
  }

  /**
   * Allows actions on items. A condition for all values holds when there is no value, too, so
   * another one asks for the key to be there.
   */
  private Grant allow(IGrantable grantee, List<String> actions, String... items) {
    return allow(
        grantee,
        actions,
        ImmutableMap.of(
            "ForAllValues:StringLike",
            ImmutableMap.of(LEADING_KEYS, ImmutableList.copyOf(items)),
            "Null",
            ImmutableMap.of(LEADING_KEYS, "false")));
  }

  private Grant allow(
      IGrantable grantee,
      List<String> actions,
      ImmutableMap<String, ImmutableMap<String, Object>> conditions) {
    return Grant.addToPrincipal(
        GrantOnPrincipalOptions.builder()
            .grantee(grantee)
            .actions(actions)
            .resourceArns(ImmutableList.of(tableArn))
            .conditions(conditions)
            .build());
  }
}
