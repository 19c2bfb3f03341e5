package io.github.paymentdr.payments.assets;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.IBucket;

@DisplayName("DrAssetsBucket")
class DrAssetsBucketTest {
  private static final String BUCKET = "AWS::S3::Bucket";
  private static final String EAST_KEY = "arn:aws:kms:us-east-1:111122223333:key/1111aaaa";
  private static final String WEST_KEY = "arn:aws:kms:us-west-2:111122223333:key/2222bbbb";

  private static final Template PRIMARY = Synthesis.primary(stack -> assets(stack).build());
  private static final Template SECONDARY = Synthesis.secondary(stack -> assets(stack).build());
  private static final Template REPLICATING =
      Synthesis.primary(
          stack ->
              assets(stack)
                  .peerKeyArn(WEST_KEY)
                  .replicationEnabled(true)
                  .replicationTimeControl(true)
                  .build());

  private static DrAssetsBucket.Builder assets(Stack stack) {
    return DrAssetsBucket.Builder.create(stack, "Assets").names(NAMES);
  }

  private static Role role(Stack stack, String id) {
    return Role.Builder.create(stack, id)
        .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
        .build();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Object value) {
    return (List<Map<String, Object>>) value;
  }

  /** The text that the deployed template has, with the pseudo parameters by name. */
  private static String text(Object value) {
    if (value instanceof Map<?, ?> map && map.containsKey("Fn::Join")) {
      StringBuilder joined = new StringBuilder();
      ((List<?>) ((List<?>) map.get("Fn::Join")).get(1)).forEach(part -> joined.append(text(part)));
      return joined.toString();
    }
    if (value instanceof Map<?, ?> map && map.containsKey("Ref")) {
      return "<" + map.get("Ref").toString().replace("AWS::", "") + ">";
    }
    return String.valueOf(value);
  }

  private static List<Map<String, Object>> replicationStatements(Template template) {
    Map<String, Object> policy =
        list(onlyPropertiesOf(template, "AWS::IAM::Role").get("Policies")).get(0);
    return list(child(policy, "PolicyDocument").get("Statement"));
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrAssetsBucket", PRIMARY);
    }

    @Test
    @DisplayName(
        "A1: versioned, kept when the stack is deleted, not when its creation is rolled back")
    void versionedAndRetained() {
      assertThat(onlyPropertiesOf(PRIMARY, BUCKET))
          .containsEntry("VersioningConfiguration", Map.of("Status", "Enabled"));
      assertThat(PRIMARY.findResources(BUCKET).values())
          .allSatisfy(
              bucket ->
                  assertThat(bucket)
                      .containsEntry("DeletionPolicy", "RetainExceptOnCreate")
                      .containsEntry("UpdateReplacePolicy", "Retain"));
    }

    @Test
    @DisplayName("A1: encrypted with a customer key that rotates, through a bucket key")
    void encryptedWithCustomerKey() {
      assertThat(onlyPropertiesOf(PRIMARY, BUCKET))
          .containsEntry(
              "BucketEncryption",
              Map.of(
                  "ServerSideEncryptionConfiguration",
                  List.of(
                      Map.of(
                          "BucketKeyEnabled",
                          true,
                          "ServerSideEncryptionByDefault",
                          Map.of(
                              "KMSMasterKeyID",
                              Map.of("Fn::GetAtt", List.of("AssetsKey3C0C85BF", "Arn")),
                              "SSEAlgorithm",
                              "aws:kms")))));
      assertThat(onlyPropertiesOf(PRIMARY, "AWS::KMS::Key"))
          .containsEntry("EnableKeyRotation", true);
    }

    @Test
    @DisplayName("A1: private, owned by the account, reachable by TLS 1.2 or later only")
    void privateAndOverTls() {
      assertThat(onlyPropertiesOf(PRIMARY, BUCKET))
          .containsEntry(
              "PublicAccessBlockConfiguration",
              Map.of(
                  "BlockPublicAcls", true,
                  "BlockPublicPolicy", true,
                  "IgnorePublicAcls", true,
                  "RestrictPublicBuckets", true))
          .containsEntry(
              "OwnershipControls",
              Map.of("Rules", List.of(Map.of("ObjectOwnership", "BucketOwnerEnforced"))));
      List<Map<String, Object>> statements =
          list(
              child(onlyPropertiesOf(PRIMARY, "AWS::S3::BucketPolicy"), "PolicyDocument")
                  .get("Statement"));
      assertThat(statements)
          .allMatch(statement -> "Deny".equals(statement.get("Effect")))
          .extracting(statement -> statement.get("Condition"))
          .containsExactlyInAnyOrder(
              Map.of("Bool", Map.of("aws:SecureTransport", "false")),
              Map.of("NumericLessThan", Map.of("s3:TlsVersion", 1.2)));
    }

    @Test
    void onlyIncompleteUploadsExpire() {
      assertThat(onlyPropertiesOf(PRIMARY, BUCKET))
          .containsEntry(
              "LifecycleConfiguration",
              Map.of(
                  "Rules",
                  List.of(
                      Map.of(
                          "AbortIncompleteMultipartUpload",
                          Map.of("DaysAfterInitiation", 7),
                          "Id",
                          "abort-incomplete-uploads",
                          "Status",
                          "Enabled"))));
    }

    @Test
    @DisplayName("A2: the replication configuration is off")
    void replicationIsOff() {
      assertThat(onlyPropertiesOf(PRIMARY, BUCKET))
          .doesNotContainKeys("ReplicationConfiguration", "LoggingConfiguration");
    }

    @Test
    @DisplayName("G1: every taggable resource has the four tags")
    void tagsEverything() {
      Template template =
          Synthesis.primary(
              stack -> {
                assets(stack).build();
                DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
              });
      for (String type : List.of(BUCKET, "AWS::KMS::Key", "AWS::IAM::Role")) {
        assertThat(list(onlyPropertiesOf(template, type).get("Tags")))
            .containsExactlyInAnyOrder(
                Map.of("Key", "Application", "Value", "PaymentProcessor"),
                Map.of("Key", "DR-Tier", "Value", "Critical"),
                Map.of("Key", "Environment", "Value", "Production"),
                Map.of("Key", "ManagedBy", "Value", "CDK"));
      }
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(PRIMARY.toJSON())).isEmpty();
      assertThat(IamWildcards.unexplainedIn(SECONDARY.toJSON())).isEmpty();
    }
  }

  @Nested
  class ReplicationRoles {
    @Test
    @DisplayName("A2: each region has a role that S3 alone can take")
    void roleForS3() {
      for (Template template : List.of(PRIMARY, SECONDARY, REPLICATING)) {
        assertThat(onlyPropertiesOf(template, "AWS::IAM::Role").get("AssumeRolePolicyDocument"))
            .isEqualTo(
                Map.of(
                    "Statement",
                    List.of(
                        Map.of(
                            "Action",
                            "sts:AssumeRole",
                            "Effect",
                            "Allow",
                            "Principal",
                            Map.of("Service", "s3.amazonaws.com"))),
                    "Version",
                    "2012-10-17"));
        assertThat(onlyPropertiesOf(template, "AWS::IAM::Role")).doesNotContainKey("RoleName");
      }
    }

    @Test
    @DisplayName("A2: it reads versions of its own bucket and writes replicas to the peer's")
    void readsHereAndWritesThere() {
      assertThat(replicationStatements(PRIMARY))
          .extracting(statement -> statement.get("Action"), s -> text(s.get("Resource")))
          .startsWith(
              tuple(
                  List.of("s3:GetReplicationConfiguration", "s3:ListBucket"),
                  "arn:<Partition>:s3:::payment-dr-assets-test-us-east-1-<AccountId>"),
              tuple(
                  List.of(
                      "s3:GetObjectVersionForReplication",
                      "s3:GetObjectVersionAcl",
                      "s3:GetObjectVersionTagging"),
                  "arn:<Partition>:s3:::payment-dr-assets-test-us-east-1-<AccountId>/*"),
              tuple(
                  List.of("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"),
                  "arn:<Partition>:s3:::payment-dr-assets-test-us-west-2-<AccountId>/*"));
      assertThat(text(replicationStatements(SECONDARY).get(2).get("Resource")))
          .isEqualTo("arn:<Partition>:s3:::payment-dr-assets-test-us-east-1-<AccountId>/*");
    }

    @Test
    @DisplayName("A2: without the peer's key it may use keys there through S3 for that bucket only")
    void unknownPeerKey() {
      Map<String, Object> statement = replicationStatements(SECONDARY).get(4);
      assertThat(statement)
          .containsEntry("Action", List.of("kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"));
      assertThat(text(statement.get("Resource")))
          .isEqualTo("arn:<Partition>:kms:us-east-1:<AccountId>:key/*");
      Map<String, Object> condition = child(statement, "Condition");
      assertThat(text(child(condition, "StringEquals").get("kms:ViaService")))
          .isEqualTo("s3.us-east-1.<URLSuffix>");
      assertThat(
              ((List<?>) child(condition, "StringLike").get("kms:EncryptionContext:aws:s3:arn"))
                  .stream().map(DrAssetsBucketTest::text))
          .containsExactly(
              "arn:<Partition>:s3:::payment-dr-assets-test-us-east-1-<AccountId>",
              "arn:<Partition>:s3:::payment-dr-assets-test-us-east-1-<AccountId>/*");
    }

    @Test
    @DisplayName("A2: with the peer's key it may use that key only")
    void knownPeerKey() {
      assertThat(replicationStatements(REPLICATING).get(4)).containsEntry("Resource", WEST_KEY);
      assertThat(IamWildcards.unexplainedIn(REPLICATING.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("A2: it decrypts with the bucket's own key through S3 only")
    void ownKey() {
      Map<String, Object> statement = replicationStatements(PRIMARY).get(3);
      assertThat(statement)
          .containsEntry("Action", "kms:Decrypt")
          .containsEntry("Resource", Map.of("Fn::GetAtt", List.of("AssetsKey3C0C85BF", "Arn")));
      assertThat(text(child(child(statement, "Condition"), "StringEquals").get("kms:ViaService")))
          .isEqualTo("s3.us-east-1.<URLSuffix>");
    }

    @Test
    void takesThePeersBucketFromAnOutput() {
      Template template =
          Synthesis.secondary(
              stack ->
                  assets(stack)
                      .peerBucketArn(Fn.getStackOutput("primary", "BucketArn", "us-east-1"))
                      .peerKeyArn(Fn.getStackOutput("primary", "KeyArn", "us-east-1"))
                      .replicationEnabled(true)
                      .build());
      assertThat(replicationStatements(template).get(2).get("Resource").toString())
          .contains("Fn::GetStackOutput");
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }
  }

  @Nested
  class Replication {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrAssetsBucket-replicating", REPLICATING);
    }

    @Test
    @DisplayName(
        "A2: when on, encrypted objects and delete markers go to the peer's bucket and key")
    void replicatesEverything() {
      Map<String, Object> configuration =
          child(onlyPropertiesOf(REPLICATING, BUCKET), "ReplicationConfiguration");
      assertThat(configuration)
          .containsEntry(
              "Role", Map.of("Fn::GetAtt", List.of("AssetsReplicationRole067EBBD0", "Arn")));
      Map<String, Object> rule = list(configuration.get("Rules")).get(0);
      assertThat(rule)
          .containsEntry("Status", "Enabled")
          .containsEntry("Filter", Map.of("Prefix", ""))
          .containsEntry("DeleteMarkerReplication", Map.of("Status", "Enabled"))
          .containsEntry(
              "SourceSelectionCriteria",
              Map.of(
                  "ReplicaModifications", Map.of("Status", "Enabled"),
                  "SseKmsEncryptedObjects", Map.of("Status", "Enabled")));
      Map<String, Object> destination = child(rule, "Destination");
      assertThat(text(destination.get("Bucket")))
          .isEqualTo("arn:<Partition>:s3:::payment-dr-assets-test-us-west-2-<AccountId>");
      assertThat(destination)
          .containsEntry("EncryptionConfiguration", Map.of("ReplicaKmsKeyID", WEST_KEY))
          .containsEntry(
              "Metrics", Map.of("EventThreshold", Map.of("Minutes", 15), "Status", "Enabled"))
          .containsEntry(
              "ReplicationTime", Map.of("Status", "Enabled", "Time", Map.of("Minutes", 15)));
    }

    @Test
    void timeControlIsAnOptionOfItsOwn() {
      Template template =
          Synthesis.primary(
              stack -> assets(stack).peerKeyArn(WEST_KEY).replicationEnabled(true).build());
      Map<String, Object> configuration =
          child(onlyPropertiesOf(template, BUCKET), "ReplicationConfiguration");
      assertThat(child(list(configuration.get("Rules")).get(0), "Destination"))
          .doesNotContainKey("ReplicationTime")
          .containsEntry("Metrics", Map.of("Status", "Enabled"));
    }

    @Test
    @DisplayName("I1: the CDK adds nothing to the role")
    void roleStaysAsItIs() {
      REPLICATING.resourceCountIs("AWS::IAM::Policy", 0);
      assertThat(replicationStatements(REPLICATING)).hasSize(5);
    }
  }

  @Nested
  class Grants {
    private static final Template GRANTING =
        Synthesis.primary(
            stack -> {
              DrAssetsBucket assets = assets(stack).build();
              assets.grantRead(role(stack, "Reader"));
              assets.grantReadWrite(role(stack, "Writer"));
            });

    private List<Map<String, Object>> statementsOf(int policy) {
      return list(
          child(propertiesOf(GRANTING, "AWS::IAM::Policy").get(policy), "PolicyDocument")
              .get("Statement"));
    }

    @Test
    @DisplayName("I1: readers list, read and decrypt")
    void read() {
      assertThat(statementsOf(0))
          .extracting(statement -> statement.get("Action"))
          .containsExactly("s3:ListBucket", "s3:GetObject", "kms:Decrypt");
    }

    @Test
    @DisplayName("I1: writers also write and delete, but no versions")
    void readWrite() {
      assertThat(statementsOf(1))
          .extracting(statement -> statement.get("Action"))
          .containsExactly(
              "s3:ListBucket",
              List.of("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
              List.of("kms:Decrypt", "kms:GenerateDataKey"));
    }

    @Test
    @DisplayName("I1: grants have no wildcard without a written reason")
    void explained() {
      assertThat(IamWildcards.unexplainedIn(GRANTING.toJSON())).isEmpty();
    }

    @Test
    void toAnImportedRole() {
      Template template =
          Synthesis.primary(
              stack -> {
                IRole imported =
                    Role.fromRoleArn(stack, "Imported", "arn:aws:iam::111122223333:role/app");
                assets(stack).build().grantReadWrite(imported);
              });
      template.resourceCountIs("AWS::IAM::Policy", 1);
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                assets(stack).build();
                DrAssetsBucket.Builder.create(stack, "Reports")
                    .names(NAMES)
                    .purpose("reports")
                    .build();
              });
      assertThat(propertiesOf(template, BUCKET))
          .extracting(bucket -> text(bucket.get("BucketName")))
          .containsExactlyInAnyOrder(
              "payment-dr-assets-test-us-east-1-<AccountId>",
              "payment-dr-reports-test-us-east-1-<AccountId>");
    }

    @Test
    void withAnExistingKey() {
      Stack stack = Synthesis.primaryStack();
      IKey key = Key.fromKeyArn(stack, "Existing", EAST_KEY);
      DrAssetsBucket assets = assets(stack).encryptionKey(key).build();
      assertThat(assets.getEncryptionKey().getKeyArn()).isEqualTo(EAST_KEY);
      Template template = Template.fromStack(stack);
      template.resourceCountIs("AWS::KMS::Key", 0);
      assertThat(replicationStatements(template).get(3)).containsEntry("Resource", EAST_KEY);
    }

    @Test
    void bothRolesInOneApp() {
      App app = new App();
      Stack primary = Synthesis.stackIn(app, "Primary", "us-east-1");
      Stack secondary = Synthesis.stackIn(app, "Secondary", "us-west-2");
      DrAssetsBucket first = assets(primary).build();
      DrAssetsBucket second = assets(secondary).build();
      assertThat(first.getBucketArn()).isEqualTo(first.getBucket().getBucketArn());
      assertThat(second.getReplicationRole()).isNotNull();
      assertThat(Template.fromStack(primary).toJSON().toString()).doesNotContain("Custom::");
      assertThat(Template.fromStack(secondary).toJSON().toString()).doesNotContain("Custom::");
    }

    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void worksInOtherPairsWithTheLongestNames(String primary, String secondary) {
      DrNames names =
          DrNames.Builder.create()
              .regionPair(RegionPair.of(primary, secondary))
              .application("payments-in-dr")
              .suffix("pr-1234567")
              .build();
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(secondary),
              stack -> DrAssetsBucket.Builder.create(stack, "Assets").names(names).build());
      String name =
          text(onlyPropertiesOf(template, BUCKET).get("BucketName"))
              .replace("<AccountId>", "111122223333");
      assertThat(name)
          .isEqualTo("payments-in-dr-assets-pr-1234567-" + secondary + "-111122223333")
          .hasSizeLessThanOrEqualTo(63);
    }

    @Test
    void deliversAccessLogsToABucketOfTheApp() {
      Stack stack = Synthesis.primaryStack();
      Bucket logs =
          Bucket.Builder.create(stack, "Logs").encryption(BucketEncryption.S3_MANAGED).build();
      assets(stack).serverAccessLogsBucket(logs).build();
      Template template = Template.fromStack(stack);
      template.hasResourceProperties(
          BUCKET,
          Map.of(
              "LoggingConfiguration",
              Map.of(
                  "DestinationBucketName",
                  stack.resolve(logs.getBucketName()),
                  "LogFilePrefix",
                  Match.anyValue())));
      assertThat(template.toJSON().toString())
          .contains("logging.s3.amazonaws.com")
          .contains("DependsOn=[LogsPolicy")
          .doesNotContain("AccessControl=");
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
      Annotations.fromStack(stack).hasNoWarning("*", Match.anyValue());
    }

    @Test
    void deliversAccessLogsToABucketOfAnotherStack() {
      App app = new App();
      Stack other = Synthesis.stackIn(app, "Logs", "us-east-1");
      Bucket logs =
          Bucket.Builder.create(other, "Logs").encryption(BucketEncryption.S3_MANAGED).build();
      Stack stack = Synthesis.stackIn(app, "Primary", "us-east-1");
      assets(stack).serverAccessLogsBucket(logs).build();
      assertThatCode(() -> Template.fromStack(stack)).doesNotThrowAnyException();
    }

    @Test
    void warnsThatAnImportedLogBucketHasAPolicyOfItsOwn() {
      Stack stack = Synthesis.primaryStack();
      IBucket logs = Bucket.fromBucketName(stack, "Logs", "central-logs");
      assets(stack).serverAccessLogsBucket(logs).build();
      Annotations.fromStack(stack)
          .hasWarning(
              "/TestStack/Assets/Bucket",
              Match.stringLikeRegexp(
                  "the policy of the imported serverAccessLogsBucket cannot be extended.*"));
    }

    @Test
    void expiresNoncurrentVersionsOnDemand() {
      Template template =
          Synthesis.primary(
              stack ->
                  assets(stack)
                      .noncurrentVersionExpiration(Duration.hours(24 * 90))
                      .removalPolicy(RemovalPolicy.DESTROY)
                      .build());
      assertThat(
              list(
                  child(onlyPropertiesOf(template, BUCKET), "LifecycleConfiguration").get("Rules")))
          .contains(
              Map.of(
                  "ExpiredObjectDeleteMarker",
                  true,
                  "Id",
                  "expire-noncurrent-versions",
                  "NoncurrentVersionExpiration",
                  Map.of("NoncurrentDays", 90),
                  "Status",
                  "Enabled"));
    }

    @Test
    void synthesisTwiceIsIdentical() {
      Template again = Synthesis.primary(stack -> assets(stack).build());
      assertThat(again.toJSON().toString()).isEqualTo(PRIMARY.toJSON().toString());
    }
  }

  @Nested
  class Props {
    @Test
    void haveDefaults() {
      DrAssetsBucketProps props = DrAssetsBucketProps.builder().names(NAMES).build();
      assertThat(props.getNames()).isSameAs(NAMES);
      assertThat(props.getPurpose()).isEqualTo("assets");
      assertThat(props.getEncryptionKey()).isNull();
      assertThat(props.getRemovalPolicy()).isEqualTo(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
      assertThat(props.getNoncurrentVersionExpiration()).isNull();
      assertThat(props.getServerAccessLogsBucket()).isNull();
      assertThat(props.getPeerBucketArn()).isNull();
      assertThat(props.getPeerKeyArn()).isNull();
      assertThat(props.getReplicationEnabled()).isFalse();
      assertThat(props.getReplicationTimeControl()).isFalse();
    }

    @Test
    void namesAllFaultsAtOnce() {
      Stack stack = Synthesis.primaryStack();
      Bucket logs = Bucket.Builder.create(stack, "Logs").encryption(BucketEncryption.KMS).build();
      assertThatThrownBy(
              () ->
                  DrAssetsBucketProps.builder()
                      .names(NAMES)
                      .purpose("Assets")
                      .removalPolicy(RemovalPolicy.SNAPSHOT)
                      .noncurrentVersionExpiration(Duration.hours(36))
                      .serverAccessLogsBucket(logs)
                      .peerBucketArn("peer")
                      .peerKeyArn("arn:aws:kms:eu-west-1:111122223333:key/1")
                      .replicationTimeControl(true)
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrAssetsBucketProps has 7 faults:\n"
                  + "  - purpose must be lower-case letters, digits and single hyphens, got"
                  + " 'Assets'\n"
                  + "  - removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got"
                  + " SNAPSHOT; CloudFormation takes no snapshots of buckets\n"
                  + "  - noncurrentVersionExpiration must be a whole number of days, at least 1, got"
                  + " 1 day 12 hours\n"
                  + "  - serverAccessLogsBucket must be encrypted with keys of S3, got a bucket with"
                  + " a KMS key, to which S3 delivers no logs; set"
                  + " encryption(BucketEncryption.S3_MANAGED) there\n"
                  + "  - peerBucketArn must be the ARN of a bucket such as arn:aws:s3:::my-bucket,"
                  + " got 'peer'\n"
                  + "  - peerKeyArn must name a key in us-east-1 or us-west-2, got one in eu-west-1;"
                  + " choose a key of that region\n"
                  + "  - replicationTimeControl needs replication; set replicationEnabled(true) too"
                  + " or remove it");
    }

    @Test
    void needsNamesAndForReplicationThePeersKey() {
      assertThatThrownBy(() -> DrAssetsBucketProps.builder().replicationEnabled(true).build())
          .hasMessage(
              "DrAssetsBucketProps has 2 faults:\n"
                  + "  - names is required; set names(DrNames.Builder.create()...build())\n"
                  + "  - replicationEnabled needs the key that encrypts replicas in the other"
                  + " region; set peerKeyArn(...)");
    }

    @Test
    void refusesAPurposeTooLongForEitherRegion() {
      DrNames names =
          DrNames.Builder.create()
              .regionPair(RegionPair.of("us-east-1", "ap-southeast-2"))
              .application("payments-in-dr")
              .suffix("pr-1234567")
              .build();
      assertThatThrownBy(
              () -> DrAssetsBucketProps.builder().names(names).purpose("statements").build())
          .hasMessage(
              "DrAssetsBucketProps: the name payments-in-dr-statements-pr-1234567-ap-southeast-2"
                  + " must have at most 50 characters, got 51; shorten the purpose by 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 43_200_000, 86_400_001})
    void refusesWhatIsNotWholeDays(int milliseconds) {
      assertThatThrownBy(
              () ->
                  DrAssetsBucketProps.builder()
                      .names(NAMES)
                      .noncurrentVersionExpiration(Duration.millis(milliseconds))
                      .build())
          .hasMessageContaining("must be a whole number of days, at least 1, got ");
    }

    @Test
    void refusesAPeerKeyOfTheStacksOwnRegion() {
      Stack stack = Synthesis.primaryStack();
      assertThatThrownBy(() -> assets(stack).peerKeyArn(EAST_KEY).build())
          .hasMessage(
              "DrAssetsBucket: peerKeyArn must name a key in us-west-2, got one in us-east-1;"
                  + " choose a key of that region");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> assets(stack).build())
          .hasMessage(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }
  }
}
