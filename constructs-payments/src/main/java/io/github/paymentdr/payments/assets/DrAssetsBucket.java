package io.github.paymentdr.payments.assets;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.encryption.CustomerKey;
import io.github.paymentdr.core.encryption.KeyArn;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.internal.ObjectEncryption;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.Policy;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.Filter;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.amazon.awscdk.services.s3.ReplicationRule;
import software.amazon.awscdk.services.s3.ReplicationTimeValue;
import software.constructs.Construct;
import software.constructs.IConstruct;

/**
 * The bucket of one region for the files of a payment application, such as receipts and statements,
 * and the role in which S3 can replicate them to the other region.
 *
 * <p>The bucket is versioned, encrypted with a customer key, private and reachable by TLS 1.2 or
 * later only. Its name is known in both regions beforehand. Replication itself is off until {@link
 * DrAssetsBucketProps.Setters#replicationEnabled(Boolean)} switches it on, because the bucket of
 * the other region must exist before.
 *
 * <pre>{@code
 * DrAssetsBucket assets = DrAssetsBucket.Builder.create(this, "Assets").names(names).build();
 * assets.grantReadWrite(function);
 * }</pre>
 */
public final class DrAssetsBucket extends Construct {
  private static final double MINIMUM_TLS_VERSION = 1.2;
  private static final int ABORT_UPLOADS_AFTER_DAYS = 7;

  private static final String[] READ_OBJECT_ACTIONS = {"s3:GetObject"};

  private static final String[] READ_WRITE_OBJECT_ACTIONS = {
    "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"
  };

  private final String bucketName;
  private final Bucket bucket;
  private final IKey encryptionKey;
  private final Role replicationRole;

  /**
   * Adds the bucket to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, if the key or the log bucket is in another region, if the key is an alias, if
   *     the peer's key is not in the other region, or if the stack has a bucket of this purpose
   *     already
   */
  public DrAssetsBucket(Construct scope, String id, DrAssetsBucketProps props) {
    super(checked(scope, props), id);
    this.bucketName = nameOf(props, roleOf(this, props));
    IKey given = props.getEncryptionKey();
    this.encryptionKey =
        given == null ? CustomerKey.create(this, "Key", "Encrypts the bucket of assets") : given;
    this.replicationRole = createReplicationRole(props);
    this.bucket = createBucket(props);
    IBucket logs = props.getServerAccessLogsBucket();
    if (logs != null) {
      AccessLogs.deliver(bucket, bucketName, logs);
    }
  }

  /** {@return the bucket of the stack's region} */
  public IBucket getBucket() {
    return bucket;
  }

  /** {@return the ARN of the bucket of the stack's region} */
  public String getBucketArn() {
    return bucket.getBucketArn();
  }

  /** {@return the key that encrypts the objects, created or given} */
  public IKey getEncryptionKey() {
    return encryptionKey;
  }

  /** {@return the role in which S3 replicates objects to the other region} */
  public IRole getReplicationRole() {
    return replicationRole;
  }

  /**
   * Lets somebody list the bucket and read the current versions of its objects.
   *
   * @param grantee who may read
   * @return the grant
   */
  public Grant grantRead(IGrantable grantee) {
    return grant(grantee, READ_OBJECT_ACTIONS, ImmutableList.of("kms:Decrypt"));
  }

  /**
   * Lets somebody list the bucket and read, write and delete the current versions of its objects.
   * Older versions stay: there is no right to delete them.
   *
   * @param grantee who may read and write
   * @return the grant
   */
  public Grant grantReadWrite(IGrantable grantee) {
    return grant(
        grantee, READ_WRITE_OBJECT_ACTIONS, ImmutableList.of("kms:Decrypt", "kms:GenerateDataKey"));
  }

  private Bucket createBucket(DrAssetsBucketProps props) {
    Bucket.Builder builder =
        Bucket.Builder.create(this, "Bucket")
            .bucketName(bucketName)
            .versioned(true)
            .encryption(BucketEncryption.KMS)
            .encryptionKey(encryptionKey)
            .bucketKeyEnabled(true)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .enforceSsl(true)
            .minimumTlsVersion(MINIMUM_TLS_VERSION)
            .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
            .lifecycleRules(lifecycleOf(props))
            .removalPolicy(props.getRemovalPolicy());
    if (props.getReplicationEnabled()) {
      // The bucket would widen the role with wildcards of its own.
      builder
          .replicationRole(replicationRole.withoutPolicyUpdates())
          .replicationRules(ImmutableList.of(replicationRuleOf(props)));
    }
    return builder.build();
  }

  private ReplicationRule replicationRuleOf(DrAssetsBucketProps props) {
    ReplicationRule.Builder rule =
        ReplicationRule.builder()
            .id("to-peer")
            .priority(1)
            .filter(Filter.builder().prefix("").build())
            .destination(Bucket.fromBucketArn(this, "PeerBucket", peerBucketArnOf(props)))
            .deleteMarkerReplication(true)
            .replicaModifications(true)
            .sseKmsEncryptedObjects(true)
            .metrics(ReplicationTimeValue.FIFTEEN_MINUTES);
    String peerKeyArn = props.getPeerKeyArn();
    if (peerKeyArn != null) {
      rule.kmsKey(Key.fromKeyArn(this, "PeerKey", peerKeyArn));
    }
    if (props.getReplicationTimeControl()) {
      rule.replicationTimeControl(ReplicationTimeValue.FIFTEEN_MINUTES);
    }
    return rule.build();
  }

  private Role createReplicationRole(DrAssetsBucketProps props) {
    RegionRole role = roleOf(this, props);
    RegionPair pair = props.getNames().getRegionPair();
    return ReplicationRole.create(
        this,
        new ReplicationRole.Side(
            pair.regionOf(role), arnOf(nameOf(props, role)), encryptionKey.getKeyArn()),
        new ReplicationRole.Side(
            pair.regionOf(role.peer()), peerBucketArnOf(props), props.getPeerKeyArn()));
  }

  private static List<LifecycleRule> lifecycleOf(DrAssetsBucketProps props) {
    ImmutableList.Builder<LifecycleRule> rules = ImmutableList.builder();
    rules.add(
        LifecycleRule.builder()
            .id("abort-incomplete-uploads")
            .abortIncompleteMultipartUploadAfter(Duration.days(ABORT_UPLOADS_AFTER_DAYS))
            .build());
    Duration expiration = props.getNoncurrentVersionExpiration();
    if (expiration != null) {
      rules.add(
          LifecycleRule.builder()
              .id("expire-noncurrent-versions")
              .noncurrentVersionExpiration(expiration)
              .expiredObjectDeleteMarker(true)
              .build());
    }
    return rules.build();
  }

  private String peerBucketArnOf(DrAssetsBucketProps props) {
    String given = props.getPeerBucketArn();
    return given == null ? arnOf(nameOf(props, roleOf(this, props).peer())) : given;
  }

  private static String nameOf(DrAssetsBucketProps props, RegionRole role) {
    DrNames names = props.getNames();
    return names.globalName(props.getPurpose(), role);
  }

  private static String arnOf(String bucketName) {
    return String.format("arn:%s:s3:::%s", Aws.PARTITION, bucketName);
  }

  private static RegionRole roleOf(Construct scope, DrAssetsBucketProps props) {
    return props.getNames().getRegionPair().roleOf(scope);
  }

  private Grant grant(IGrantable grantee, String[] objectActions, List<String> keyActions) {
    String bucketArn = bucket.getBucketArn();
    Grant list = allow(grantee, ImmutableList.of("s3:ListBucket"), bucketArn);
    Grant objects = allow(grantee, ImmutableList.copyOf(objectActions), bucketArn + "/*");
    Grant key =
        Grant.addToPrincipal(
            GrantOnPrincipalOptions.builder()
                .grantee(grantee)
                .actions(keyActions)
                .resourceArns(ImmutableList.of(encryptionKey.getKeyArn()))
                .conditions(ObjectEncryption.only(Stack.of(this).getRegion(), bucketArn))
                .build());
    explain(grantee, objectActions);
    return list.combine(objects).combine(key);
  }

  private static Grant allow(IGrantable grantee, List<String> actions, String resourceArn) {
    return Grant.addToPrincipal(
        GrantOnPrincipalOptions.builder()
            .grantee(grantee)
            .actions(actions)
            .resourceArns(ImmutableList.of(resourceArn))
            .build());
  }

  /** A principal holds granted statements in a policy of its own, imported roles under "Policy". */
  private static void explain(IGrantable grantee, String... actions) {
    Stream.of(grantee, grantee.getGrantPrincipal())
        .filter(IConstruct.class::isInstance)
        .flatMap(holder -> ((IConstruct) holder).getNode().getChildren().stream())
        .filter(Policy.class::isInstance)
        .filter(policy -> policy.getNode().getId().matches("DefaultPolicy|Policy.*"))
        .forEach(
            policy ->
                IamWildcards.explain(
                    policy, "every object of the bucket of assets, and no other", actions));
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, DrAssetsBucketProps props) {
    RegionRole role = roleOf(scope, props);
    Faults faults = Faults.of("DrAssetsBucket");
    Placement placement = Placement.of(scope, faults);
    placement.requireUniquePurpose(
        DrAssetsBucket.class,
        "buckets",
        props.getPurpose(),
        other -> other.bucketName.equals(nameOf(props, role)));
    placement.requireKey("encryptionKey", props.getEncryptionKey());
    placement.requireSameRegion("serverAccessLogsBucket", props.getServerAccessLogsBucket());
    String peerKeyArn = props.getPeerKeyArn();
    if (peerKeyArn != null) {
      String peer = props.getNames().getRegionPair().regionOf(role.peer());
      KeyArn.check(faults, "peerKeyArn", peerKeyArn, ImmutableList.of(peer));
    }
    faults.throwIfAny();
    return scope;
  }

  /** Builds a {@link DrAssetsBucket}. */
  public static final class Builder extends DrAssetsBucketProps.Setters<Builder>
      implements software.amazon.jsii.Builder<DrAssetsBucket> {
    private final Construct scope;
    private final String id;

    private Builder(Construct scope, String id) {
      this.scope = scope;
      this.id = id;
    }

    /**
     * Starts a builder.
     *
     * @param scope a construct inside a stack whose environment names a region of the pair
     * @param id the construct's id
     * @return a new builder
     */
    public static Builder create(Construct scope, String id) {
      return new Builder(scope, id);
    }

    /**
     * Adds the bucket to the stack.
     *
     * @return the bucket
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link DrAssetsBucketProps.Builder#build()} do
     */
    @Override
    public DrAssetsBucket build() {
      return new DrAssetsBucket(scope, id, buildProps());
    }
  }
}
