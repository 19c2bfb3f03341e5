package io.github.paymentdr.runtime.replication.logical;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * How one region takes part in logical replication.
 *
 * @param region this region
 * @param peerRegion the other region
 * @param database the name of the database, the same in both regions
 * @param startsActive whether this region is active when the pair is set up for the first time
 * @param schemas the schemas whose tables are replicated
 * @param sequenceGap how many values sequences are moved on by a promotion, on top of what is known
 *     to be used; empty when sequences are to be refused
 * @param retainedWalLimit how many bytes of WAL are kept for an absent standby at most; empty for
 *     no limit
 * @param heartbeatInterval how often the active region beats
 * @param subscriptionSslMode {@code verify-full} or {@code require}
 */
public record LogicalSettings(
    String region,
    String peerRegion,
    String database,
    boolean startsActive,
    List<String> schemas,
    OptionalLong sequenceGap,
    OptionalLong retainedWalLimit,
    Duration heartbeatInterval,
    String subscriptionSslMode) {
  static final String PUBLICATION = "dr_publication";
  static final String SUBSCRIPTION = "dr_subscription";
  static final String REPLICATION_ROLE = "dr_replication";

  /** What a slot's name can have in it, and with the rest is not too long. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[a-z0-9_]{1,30}");

  /** Copies the schemas. */
  public LogicalSettings {
    schemas = List.copyOf(schemas);
  }

  /** {@return the slot that the other region keeps for this one} */
  String slotOfThisRegion() {
    return slotOf(region);
  }

  /** {@return the slot that this region keeps for the other one} */
  String slotOfPeer() {
    return slotOf(peerRegion);
  }

  /** {@return whether a subscription trusts only a server whose certificate is in order} */
  boolean verifiesPeer() {
    return subscriptionSslMode.equals("verify-full");
  }

  /** The name has the database in it, because all databases of a server share its slots. */
  private String slotOf(String subscriber) {
    String ofDatabase =
        PLAIN_NAME.matcher(database).matches()
            ? database
            : Integer.toHexString(database.hashCode());
    return "dr_" + ofDatabase + "_to_" + subscriber.toLowerCase(Locale.ROOT).replace('-', '_');
  }
}
