package io.github.paymentdr.payments.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.encryption.KeyArn;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.internal.TableProtection;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.RemovalPolicy;

/** Properties of {@link SessionGlobalTable}. */
public final class SessionGlobalTableProps {
  private static final String DEFAULT_PURPOSE = "sessions";
  private static final String DEFAULT_PARTITION_KEY_NAME = "sessionId";
  private static final String DEFAULT_TIME_TO_LIVE_ATTRIBUTE = "expiresAt";

  /** From "Attribute names" in "Quotas in Amazon DynamoDB", for names of keys. */
  private static final int MAX_ATTRIBUTE_NAME_LENGTH = 255;

  private final DrNames names;
  private final String purpose;
  private final String partitionKeyName;
  private final @Nullable String sortKeyName;
  private final String timeToLiveAttribute;
  private final Boolean pointInTimeRecovery;
  private final Number recoveryPeriodInDays;
  private final Boolean deletionProtection;
  private final RemovalPolicy removalPolicy;
  private final @Nullable SessionTableKeys customerKeys;

  private SessionGlobalTableProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.purpose = setters.effectivePurpose();
    this.partitionKeyName = setters.effectivePartitionKeyName();
    this.sortKeyName = setters.sortKeyName;
    this.timeToLiveAttribute = setters.effectiveTimeToLiveAttribute();
    this.pointInTimeRecovery = setters.hasPointInTimeRecovery();
    this.recoveryPeriodInDays =
        setters.recoveryPeriodInDays == null
            ? TableProtection.MAX_RECOVERY_PERIOD_IN_DAYS
            : setters.recoveryPeriodInDays;
    this.deletionProtection = setters.hasDeletionProtection();
    this.removalPolicy = setters.effectiveRemovalPolicy();
    this.customerKeys = setters.customerKeys;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the names of the pair} */
  public DrNames getNames() {
    return names;
  }

  /** {@return what the table is for, the middle of its name, {@code sessions} by default} */
  public String getPurpose() {
    return purpose;
  }

  /** {@return the name of the partition key, a string, {@code sessionId} by default} */
  public String getPartitionKeyName() {
    return partitionKeyName;
  }

  /** {@return the name of the sort key, a string, null for none} */
  public @Nullable String getSortKeyName() {
    return sortKeyName;
  }

  /** {@return the attribute with the time of expiry, {@code expiresAt} by default} */
  public String getTimeToLiveAttribute() {
    return timeToLiveAttribute;
  }

  /** {@return whether each replica can be restored to a point in time, true by default} */
  public Boolean getPointInTimeRecovery() {
    return pointInTimeRecovery;
  }

  /**
   * {@return how many days back a replica can be restored, 35 by default; without effect when
   * point-in-time recovery is off}
   */
  public Number getRecoveryPeriodInDays() {
    return recoveryPeriodInDays;
  }

  /** {@return whether each replica refuses to be deleted, true by default} */
  public Boolean getDeletionProtection() {
    return deletionProtection;
  }

  /** {@return what becomes of the table when its stack is deleted, {@code RETAIN} by default} */
  public RemovalPolicy getRemovalPolicy() {
    return removalPolicy;
  }

  /** {@return the customer-managed keys, null for the AWS managed key of each region} */
  public @Nullable SessionTableKeys getCustomerKeys() {
    return customerKeys;
  }

  /** Builds {@link SessionGlobalTableProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<SessionGlobalTableProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public SessionGlobalTableProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link SessionGlobalTable.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable String purpose;
    private @Nullable String partitionKeyName;
    private @Nullable String sortKeyName;
    private @Nullable String timeToLiveAttribute;
    private @Nullable Boolean pointInTimeRecovery;
    private @Nullable Number recoveryPeriodInDays;
    private @Nullable Boolean deletionProtection;
    private @Nullable RemovalPolicy removalPolicy;
    private @Nullable SessionTableKeys customerKeys;

    Setters() {}

    /**
     * Sets the names of the pair, which give the table its name in both regions. Required.
     *
     * @param names the names, one region of whose pair is the stack's
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets what the table is for, the middle of its name. Two tables of one pair need different
     * purposes. Default: {@code sessions}.
     *
     * @param purpose lower-case letters, digits and single hyphens
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets the name of the partition key, which is a string. It cannot be changed later: a table
     * with another key needs another purpose. Default: {@code sessionId}.
     *
     * @param partitionKeyName 1 to 255 bytes
     * @return this builder
     */
    public B partitionKeyName(String partitionKeyName) {
      this.partitionKeyName = partitionKeyName;
      return self();
    }

    /**
     * Sets the name of a sort key, which is a string, for several items in one session. It cannot
     * be changed later: a table with another key needs another purpose. Default: none.
     *
     * @param sortKeyName 1 to 255 bytes
     * @return this builder
     */
    public B sortKeyName(String sortKeyName) {
      this.sortKeyName = sortKeyName;
      return self();
    }

    /**
     * Sets the attribute with the time, in seconds of the Unix epoch, after which DynamoDB deletes
     * an item without charge. Default: {@code expiresAt}.
     *
     * @param timeToLiveAttribute 1 to 255 bytes, not one of the keys
     * @return this builder
     */
    public B timeToLiveAttribute(String timeToLiveAttribute) {
      this.timeToLiveAttribute = timeToLiveAttribute;
      return self();
    }

    /**
     * Sets whether each replica can be restored to a point in time. Default: true.
     *
     * @param pointInTimeRecovery whether it can
     * @return this builder
     */
    public B pointInTimeRecovery(Boolean pointInTimeRecovery) {
      this.pointInTimeRecovery = pointInTimeRecovery;
      return self();
    }

    /**
     * Sets how many days back a replica can be restored. Default: 35.
     *
     * @param recoveryPeriodInDays 1 to 35
     * @return this builder
     */
    public B recoveryPeriodInDays(Number recoveryPeriodInDays) {
      this.recoveryPeriodInDays = recoveryPeriodInDays;
      return self();
    }

    /**
     * Sets whether each replica refuses to be deleted. Default: true.
     *
     * @param deletionProtection whether it refuses
     * @return this builder
     */
    public B deletionProtection(Boolean deletionProtection) {
      this.deletionProtection = deletionProtection;
      return self();
    }

    /**
     * Sets what becomes of the table, with both replicas, when the primary region's stack is
     * deleted. Default: {@code RETAIN}.
     *
     * @param removalPolicy {@code RETAIN}, {@code RETAIN_ON_UPDATE_OR_DELETE}, or {@code DESTROY}
     *     together with {@code deletionProtection(false)}
     * @return this builder
     */
    public B removalPolicy(RemovalPolicy removalPolicy) {
      this.removalPolicy = removalPolicy;
      return self();
    }

    /**
     * Sets customer-managed keys that encrypt the replicas. Default: the AWS managed key {@code
     * aws/dynamodb} of each region, because it exists in both regions beforehand, whereas a
     * customer key of the other region must be made before the table.
     *
     * @param customerKeys a key for each region
     * @return this builder
     */
    public B customerKeys(SessionTableKeys customerKeys) {
      this.customerKeys = customerKeys;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    private String effectivePartitionKeyName() {
      return partitionKeyName == null ? DEFAULT_PARTITION_KEY_NAME : partitionKeyName;
    }

    private String effectiveTimeToLiveAttribute() {
      return timeToLiveAttribute == null ? DEFAULT_TIME_TO_LIVE_ATTRIBUTE : timeToLiveAttribute;
    }

    private boolean hasPointInTimeRecovery() {
      return pointInTimeRecovery == null || pointInTimeRecovery;
    }

    private boolean hasDeletionProtection() {
      return deletionProtection == null || deletionProtection;
    }

    private RemovalPolicy effectiveRemovalPolicy() {
      return removalPolicy == null ? RemovalPolicy.RETAIN : removalPolicy;
    }

    final SessionGlobalTableProps buildProps() {
      Faults faults = Faults.of("SessionGlobalTableProps");
      checkName(faults);
      checkAttributes(faults);
      TableProtection.checkRecovery(faults, hasPointInTimeRecovery(), recoveryPeriodInDays);
      TableProtection.checkRemoval(faults, effectiveRemovalPolicy(), hasDeletionProtection());
      checkKeys(faults);
      faults.throwIfAny();
      return new SessionGlobalTableProps(this);
    }

    private void checkName(Faults faults) {
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      if (names != null) {
        try {
          names.pairName(effectivePurpose());
        } catch (InvalidInputException e) {
          faults.addAll(e);
        }
      }
    }

    private void checkAttributes(Faults faults) {
      String partitionKey = effectivePartitionKeyName();
      String timeToLive = effectiveTimeToLiveAttribute();
      checkAttribute(faults, "partitionKeyName", partitionKey);
      checkAttribute(faults, "timeToLiveAttribute", timeToLive);
      if (sortKeyName != null) {
        checkAttribute(faults, "sortKeyName", sortKeyName);
        faults.unless(
            !sortKeyName.equals(partitionKey),
            "sortKeyName must not be the partition key, got '" + sortKeyName + "' for both");
      }
      faults.unless(
          !timeToLive.equals(partitionKey) && !timeToLive.equals(sortKeyName),
          "timeToLiveAttribute must not be a key, got '"
              + timeToLive
              + "'; keys are strings and a time to live is a number");
    }

    private static void checkAttribute(Faults faults, String name, String value) {
      if (faults.requireConcrete(name, value)) {
        int length = value.getBytes(UTF_8).length;
        faults.unless(
            length >= 1 && length <= MAX_ATTRIBUTE_NAME_LENGTH,
            name + " must have 1 to 255 bytes, got " + length);
      }
    }

    private void checkKeys(Faults faults) {
      if (customerKeys != null && names != null) {
        RegionPair pair = names.getRegionPair();
        KeyArn.check(
            faults,
            "the primary key of customerKeys",
            customerKeys.getPrimaryKeyArn(),
            ImmutableList.of(pair.getPrimary()));
        KeyArn.check(
            faults,
            "the secondary key of customerKeys",
            customerKeys.getSecondaryKeyArn(),
            ImmutableList.of(pair.getSecondary()));
      }
    }
  }
}
