package io.github.paymentdr.payments.assets;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.encryption.KeyArn;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.IBucket;

/** Properties of {@link DrAssetsBucket}. */
public final class DrAssetsBucketProps {
  private static final String DEFAULT_PURPOSE = "assets";

  private static final long MILLISECONDS_PER_DAY = 86_400_000L;

  /** From "General purpose bucket naming rules" in the Amazon S3 user guide. */
  private static final Pattern BUCKET_ARN =
      Pattern.compile("arn:[a-z0-9-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  private final DrNames names;
  private final String purpose;
  private final @Nullable IKey encryptionKey;
  private final RemovalPolicy removalPolicy;
  private final @Nullable Duration noncurrentVersionExpiration;
  private final @Nullable IBucket serverAccessLogsBucket;
  private final @Nullable String peerBucketArn;
  private final @Nullable String peerKeyArn;
  private final Boolean replicationEnabled;
  private final Boolean replicationTimeControl;

  private DrAssetsBucketProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.purpose = setters.effectivePurpose();
    this.encryptionKey = setters.encryptionKey;
    this.removalPolicy =
        setters.removalPolicy == null
            ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            : setters.removalPolicy;
    this.noncurrentVersionExpiration = setters.noncurrentVersionExpiration;
    this.serverAccessLogsBucket = setters.serverAccessLogsBucket;
    this.peerBucketArn = setters.peerBucketArn;
    this.peerKeyArn = setters.peerKeyArn;
    this.replicationEnabled = isTrue(setters.replicationEnabled);
    this.replicationTimeControl = isTrue(setters.replicationTimeControl);
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the names of the pair} */
  public DrNames getNames() {
    return names;
  }

  /** {@return what the bucket is for, a part of its name, {@code assets} by default} */
  public String getPurpose() {
    return purpose;
  }

  /** {@return the key that encrypts the objects, null to create one} */
  public @Nullable IKey getEncryptionKey() {
    return encryptionKey;
  }

  /** {@return what becomes of the bucket when its stack is deleted, {@code RETAIN} by default} */
  public RemovalPolicy getRemovalPolicy() {
    return removalPolicy;
  }

  /** {@return how long replaced and deleted versions are kept, null for ever} */
  public @Nullable Duration getNoncurrentVersionExpiration() {
    return noncurrentVersionExpiration;
  }

  /** {@return the bucket that receives the access logs, null for no access logs} */
  public @Nullable IBucket getServerAccessLogsBucket() {
    return serverAccessLogsBucket;
  }

  /** {@return the ARN of the other region's bucket, null for the one that the names give} */
  public @Nullable String getPeerBucketArn() {
    return peerBucketArn;
  }

  /** {@return the ARN of the other region's key, null when it is not known} */
  public @Nullable String getPeerKeyArn() {
    return peerKeyArn;
  }

  /** {@return whether new objects are replicated to the other region, false by default} */
  public Boolean getReplicationEnabled() {
    return replicationEnabled;
  }

  /** {@return whether AWS promises replication within 15 minutes, false by default} */
  public Boolean getReplicationTimeControl() {
    return replicationTimeControl;
  }

  private static boolean isTrue(@Nullable Boolean value) {
    return Boolean.TRUE.equals(value);
  }

  /** Builds {@link DrAssetsBucketProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrAssetsBucketProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public DrAssetsBucketProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link DrAssetsBucket.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable String purpose;
    private @Nullable IKey encryptionKey;
    private @Nullable RemovalPolicy removalPolicy;
    private @Nullable Duration noncurrentVersionExpiration;
    private @Nullable IBucket serverAccessLogsBucket;
    private @Nullable String peerBucketArn;
    private @Nullable String peerKeyArn;
    private @Nullable Boolean replicationEnabled;
    private @Nullable Boolean replicationTimeControl;

    Setters() {}

    /**
     * Sets the names of the pair, which give each region's bucket its name. Required.
     *
     * @param names the names, one region of whose pair is the stack's
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets what the bucket is for, a part of its name. Two buckets in one region need different
     * purposes. Default: {@code assets}.
     *
     * @param purpose lower-case letters, digits and single hyphens, so short that both regions'
     *     bucket names have at most 63 characters
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets the key that encrypts the objects. Its key policy must leave access to IAM, as the
     * policies made by KMS and by the CDK do. Default: a new key that rotates every year.
     *
     * @param encryptionKey a symmetric customer-managed key of the stack's region
     * @return this builder
     */
    public B encryptionKey(IKey encryptionKey) {
      this.encryptionKey = encryptionKey;
      return self();
    }

    /**
     * Sets what becomes of the bucket when its stack is deleted. Default: {@code
     * RETAIN_ON_UPDATE_OR_DELETE}, so that a first deployment that is rolled back does not leave
     * the bucket's name taken.
     *
     * @param removalPolicy {@code RETAIN}, which keeps the bucket in that case too; {@code
     *     RETAIN_ON_UPDATE_OR_DELETE}; or {@code DESTROY}, which succeeds only when the bucket is
     *     empty
     * @return this builder
     */
    public B removalPolicy(RemovalPolicy removalPolicy) {
      this.removalPolicy = removalPolicy;
      return self();
    }

    /**
     * Sets how long versions are kept after they were replaced or deleted. Default: none, so every
     * version is kept for ever and nothing is lost by a default; each version costs storage.
     *
     * @param noncurrentVersionExpiration a whole number of days, at least 1
     * @return this builder
     */
    public B noncurrentVersionExpiration(Duration noncurrentVersionExpiration) {
      this.noncurrentVersionExpiration = noncurrentVersionExpiration;
      return self();
    }

    /**
     * Sets the bucket that receives the server access logs, under the assets bucket's name. Its
     * policy is extended when it is a bucket of this app, else a warning says so. Default: no
     * access logs.
     *
     * @param serverAccessLogsBucket a bucket of the same region that is encrypted with keys of S3,
     *     because S3 does not deliver logs into buckets with KMS keys ("Enabling Amazon S3 server
     *     access logging" in the Amazon S3 user guide)
     * @return this builder
     */
    public B serverAccessLogsBucket(IBucket serverAccessLogsBucket) {
      this.serverAccessLogsBucket = serverAccessLogsBucket;
      return self();
    }

    /**
     * Sets the ARN of the other region's bucket. Default: the ARN of the bucket that this construct
     * makes in the other region for the same names and purpose.
     *
     * @param peerBucketArn the ARN, for example an output of the other region's stack
     * @return this builder
     */
    public B peerBucketArn(String peerBucketArn) {
      this.peerBucketArn = peerBucketArn;
      return self();
    }

    /**
     * Sets the ARN of the key that encrypts the other region's bucket. Default: none; the
     * replication role may then use any key of the account in the other region, but only through S3
     * and only for objects of the other region's bucket.
     *
     * @param peerKeyArn the ARN of a key in the other region of the pair
     * @return this builder
     */
    public B peerKeyArn(String peerKeyArn) {
      this.peerKeyArn = peerKeyArn;
      return self();
    }

    /**
     * Sets whether new objects, their tags and their delete markers are replicated to the other
     * region. The other region's bucket must exist already, so switch this on after both stacks
     * have been deployed once. Default: false.
     *
     * @param replicationEnabled whether they are; true needs {@link #peerKeyArn(String)}
     * @return this builder
     */
    public B replicationEnabled(Boolean replicationEnabled) {
      this.replicationEnabled = replicationEnabled;
      return self();
    }

    /**
     * Sets whether S3 Replication Time Control is on, with which AWS promises replication of nearly
     * all objects within 15 minutes for an additional price. Default: false.
     *
     * @param replicationTimeControl whether it is; true needs {@link #replicationEnabled(Boolean)}
     * @return this builder
     */
    public B replicationTimeControl(Boolean replicationTimeControl) {
      this.replicationTimeControl = replicationTimeControl;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    final DrAssetsBucketProps buildProps() {
      Faults faults = Faults.of("DrAssetsBucketProps");
      checkNames(faults);
      checkRetention(faults);
      checkLogs(faults);
      checkPeer(faults);
      checkReplication(faults);
      faults.throwIfAny();
      return new DrAssetsBucketProps(this);
    }

    /** Each region needs the name of the other's bucket, so both must be possible. */
    private void checkNames(Faults faults) {
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      if (names == null) {
        return;
      }
      Set<String> found = new LinkedHashSet<>();
      for (RegionRole role : RegionRole.values()) {
        try {
          names.globalName(effectivePurpose(), role);
        } catch (InvalidInputException e) {
          found.addAll(e.getFaults());
        }
      }
      found.forEach(faults::add);
    }

    private void checkRetention(Faults faults) {
      faults.unless(
          removalPolicy != RemovalPolicy.SNAPSHOT,
          "removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got SNAPSHOT;"
              + " CloudFormation takes no snapshots of buckets");
      if (noncurrentVersionExpiration == null) {
        return;
      }
      if (noncurrentVersionExpiration.isUnresolved()) {
        faults.unless(
            noncurrentVersionExpiration.unitLabel().equals("days"),
            "noncurrentVersionExpiration must be Duration.days(...) for a deploy-time token, got "
                + noncurrentVersionExpiration.unitLabel()
                + "; CloudFormation cannot convert units");
      } else {
        long milliseconds = noncurrentVersionExpiration.toMilliseconds().longValue();
        faults.unless(
            milliseconds > 0 && milliseconds % MILLISECONDS_PER_DAY == 0,
            "noncurrentVersionExpiration must be a whole number of days, at least 1, got "
                + noncurrentVersionExpiration.toHumanString());
      }
    }

    private void checkLogs(Faults faults) {
      faults.unless(
          serverAccessLogsBucket == null || serverAccessLogsBucket.getEncryptionKey() == null,
          "serverAccessLogsBucket must be encrypted with keys of S3, got a bucket with a KMS key, to"
              + " which S3 delivers no logs; set encryption(BucketEncryption.S3_MANAGED) there");
    }

    private void checkPeer(Faults faults) {
      if (peerBucketArn != null && !Token.isUnresolved(peerBucketArn)) {
        faults.unless(
            BUCKET_ARN.matcher(peerBucketArn).matches(),
            "peerBucketArn must be the ARN of a bucket such as arn:aws:s3:::my-bucket, got '"
                + peerBucketArn
                + "'");
      }
      if (peerKeyArn != null && names != null) {
        KeyArn.check(faults, "peerKeyArn", peerKeyArn, names.getRegionPair().getRegions());
      }
    }

    private void checkReplication(Faults faults) {
      faults.unless(
          !isTrue(replicationEnabled) || peerKeyArn != null,
          "replicationEnabled needs the key that encrypts replicas in the other region; set"
              + " peerKeyArn(...)");
      faults.unless(
          !isTrue(replicationTimeControl) || isTrue(replicationEnabled),
          "replicationTimeControl needs replication; set replicationEnabled(true) too or remove it");
    }
  }
}
