package io.github.paymentdr.payments.backup;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Resources;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.backup.LockConfiguration;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.events.CronOptions;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.events.targets.SqsQueue;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.rds.AuroraPostgresClusterEngineProps;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;
import software.amazon.awscdk.services.rds.ClusterInstance;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterAttributes;
import software.amazon.awscdk.services.rds.DatabaseClusterEngine;
import software.amazon.awscdk.services.rds.IDatabaseCluster;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;

@DisplayName("DrBackupPlan")
class DrBackupPlanTest {
  private static final String VAULT = "payment-dr-backup-test";
  private static final Stack STACK = Synthesis.primaryStack();
  private static final DrBackupPlan PLAN = planIn(STACK, "Backup", builder -> builder);
  private static final Template DEFAULTS = Template.fromStack(STACK);

  private static DrBackupPlan planIn(
      Stack stack, String id, UnaryOperator<DrBackupPlan.Builder> more) {
    DrBackupPlan plan = more.apply(DrBackupPlan.Builder.create(stack, id).names(NAMES)).build();
    plan.addCluster(cluster(stack, id + "Cluster", "orders"));
    return plan;
  }

  private static IDatabaseCluster cluster(Construct scope, String id, String identifier) {
    return DatabaseCluster.fromDatabaseClusterAttributes(
        scope, id, DatabaseClusterAttributes.builder().clusterIdentifier(identifier).build());
  }

  private static Template templateWith(UnaryOperator<DrBackupPlan.Builder> more) {
    return Synthesis.primary(stack -> planIn(stack, "Backup", more));
  }

  private static Map<String, Object> ruleOf(Template template) {
    Map<String, Object> plan =
        child(onlyPropertiesOf(template, "AWS::Backup::BackupPlan"), "BackupPlan");
    return first(plan.get("BackupPlanRule"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> first(Object list) {
    return ((List<Map<String, Object>>) list).get(0);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> statementsOfRole(Template template) {
    Map<String, Object> role = onlyPropertiesOf(template, "AWS::IAM::Role");
    Map<String, Object> policy = first(role.get("Policies"));
    return (List<Map<String, Object>>) child(policy, "PolicyDocument").get("Statement");
  }

  private static Map<String, Object> statementFor(Template template, String action) {
    return statementsOfRole(template).stream()
        .filter(statement -> statement.get("Action").toString().contains(action))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> warningsOf(Construct construct) {
    return construct.getNode().getMetadata().stream()
        .filter(entry -> "aws:cdk:warning".equals(entry.getType()))
        .map(entry -> entry.getData().toString())
        .toList();
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrBackupPlan", DEFAULTS);
    }

    @Test
    @DisplayName("K1: backs up every day and keeps each backup for 7 days")
    void dailyForSevenDays() {
      assertThat(ruleOf(DEFAULTS))
          .containsEntry("ScheduleExpression", "cron(0 3 * * ? *)")
          .containsEntry("Lifecycle", Map.of("DeleteAfterDays", 7))
          .containsEntry("StartWindowMinutes", 120)
          .containsEntry("CompletionWindowMinutes", 720);
    }

    @Test
    @DisplayName("K1: copies each backup to the vault of the other region and keeps it for 7 days")
    void copiesToTheOtherRegion() {
      Map<String, Object> copy = first(ruleOf(DEFAULTS).get("CopyActions"));
      assertThat(copy).containsEntry("Lifecycle", Map.of("DeleteAfterDays", 7));
      assertThat(copy.get("DestinationBackupVaultArn").toString())
          .contains(":backup:us-west-2:", ":backup-vault:" + VAULT);
    }

    @Test
    @DisplayName("K1: selects Aurora clusters by ARN, never by tag")
    void selectsByArn() {
      Map<String, Object> selection =
          child(onlyPropertiesOf(DEFAULTS, "AWS::Backup::BackupSelection"), "BackupSelection");
      assertThat((List<?>) selection.get("Resources"))
          .singleElement()
          .asString()
          .contains(":rds:us-east-1:", ":cluster:orders");
      assertThat(selection).doesNotContainKeys("ListOfTags", "Conditions", "NotResources");
    }

    @Test
    void takesSnapshotsAndNoContinuousBackups() {
      assertThat(ruleOf(DEFAULTS)).containsEntry("EnableContinuousBackup", false);
    }

    @Test
    @DisplayName(
        "K1: the vault is encrypted with a customer key of its own and stays, unless its creation is"
            + " rolled back")
    void vaultIsEncryptedAndRetained() {
      Map<String, Map<String, Object>> vaults = DEFAULTS.findResources("AWS::Backup::BackupVault");
      assertThat(vaults.values())
          .singleElement()
          .satisfies(
              vault -> {
                assertThat(vault)
                    .containsEntry("DeletionPolicy", "RetainExceptOnCreate")
                    .containsEntry("UpdateReplacePolicy", "Retain");
                assertThat(child(vault, "Properties"))
                    .containsEntry("BackupVaultName", VAULT)
                    .containsEntry(
                        "EncryptionKeyArn",
                        Map.of("Fn::GetAtt", List.of("BackupKey570ED138", "Arn")));
              });
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::KMS::Key"))
          .containsEntry("EnableKeyRotation", true);
    }

    @Test
    void nobodyMayDeleteARecoveryPoint() {
      Map<String, Object> policy =
          child(onlyPropertiesOf(DEFAULTS, "AWS::Backup::BackupVault"), "AccessPolicy");
      assertThat(first(policy.get("Statement")))
          .containsEntry("Effect", "Deny")
          .containsEntry(
              "Action",
              List.of("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"))
          .containsEntry("Principal", Map.of("AWS", "*"));
    }

    @Test
    void locksNothing() {
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::Backup::BackupVault"))
          .doesNotContainKey("LockConfiguration");
    }

    @Test
    @DisplayName("K1: a rule matches failed backup and copy jobs of this vault only")
    void matchesFailedJobs() {
      Map<String, Object> pattern =
          child(onlyPropertiesOf(DEFAULTS, "AWS::Events::Rule"), "EventPattern");
      assertThat(pattern)
          .containsEntry("source", List.of("aws.backup"))
          .containsEntry(
              "detail-type", List.of("Backup Job State Change", "Copy Job State Change"));
      Map<String, Object> vaultArn =
          Map.of("Fn::GetAtt", List.of("BackupVaultADF21B19", "BackupVaultArn"));
      assertThat(child(pattern, "detail"))
          .containsEntry("state", List.of("FAILED", "ABORTED", "EXPIRED"))
          .containsEntry(
              "$or",
              List.of(
                  Map.of("backupVaultArn", List.of(vaultArn)),
                  Map.of("sourceBackupVaultArn", List.of(vaultArn)),
                  Map.of("destinationBackupVaultArn", List.of(vaultArn))));
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(DEFAULTS.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("I1: the role may snapshot the selected clusters only")
    void snapshotsOnlyWhatIsSelected() {
      assertThat((List<?>) statementFor(DEFAULTS, "rds:CreateDBClusterSnapshot").get("Resource"))
          .extracting(Object::toString)
          .satisfiesExactly(
              snapshot ->
                  assertThat(snapshot).contains("us-east-1", ":cluster-snapshot:awsbackup:*"),
              cluster -> assertThat(cluster).contains("us-east-1", ":cluster:orders"));
    }

    @Test
    @DisplayName("I1: the role may copy between the two vaults only")
    void copiesOnlyBetweenTheVaults() {
      assertThat((List<?>) statementFor(DEFAULTS, "backup:CopyIntoBackupVault").get("Resource"))
          .extracting(Object::toString)
          .satisfiesExactly(
              own -> assertThat(own).contains("Fn::GetAtt"),
              peer -> assertThat(peer).contains("us-west-2", ":backup-vault:" + VAULT));
      assertThat(statementFor(DEFAULTS, "backup:CopyFromBackupVault").get("Condition").toString())
          .contains("backup:CopyTargets", "us-west-2", ":backup-vault:" + VAULT);
    }

    @Test
    @DisplayName("K1, I1: the role may use keys only for grants that RDS and AWS Backup ask for")
    void grantsOnlyForRds() {
      Map<String, Object> statement = statementFor(DEFAULTS, "kms:CreateGrant");
      assertThat(statement)
          .containsEntry(
              "Condition",
              Map.of(
                  "Bool",
                  Map.of("kms:GrantIsForAWSResource", "true"),
                  "StringLike",
                  Map.of(
                      "kms:ViaService",
                      List.of(
                          "rds.us-east-1.amazonaws.com*",
                          "rds.us-west-2.amazonaws.com*",
                          "backup.us-east-1.amazonaws.com*",
                          "backup.us-west-2.amazonaws.com*"))));
      assertThat(statement.get("Resource").toString())
          .contains(":kms:us-east-1:", ":kms:us-west-2:", ":key/*");
    }

    @Test
    @DisplayName("I1: the role has no managed policy and trusts AWS Backup only")
    void roleIsItsOwn() {
      Map<String, Object> role = onlyPropertiesOf(DEFAULTS, "AWS::IAM::Role");
      assertThat(role).doesNotContainKey("ManagedPolicyArns");
      assertThat(role.get("AssumeRolePolicyDocument").toString()).contains("backup.amazonaws.com");
      assertThat(statementsOfRole(DEFAULTS).toString())
          .doesNotContain("ModifyDBClusterSnapshotAttribute", "kms:Decrypt");
    }

    @Test
    void warnsThatFailuresGoUnnoticed() {
      assertThat(warningsOf(PLAN))
          .containsExactly(
              "nobody is told when a backup or copy job fails; set notificationTopic(...) or call"
                  + " addNotificationTarget(...) [ack: @payment-dr/backup:failuresUnnoticed]");
    }
  }

  @Nested
  class Regions {
    @Test
    @DisplayName("K1: the same code in the other region gives the mirrored plan")
    void mirrored() {
      Template secondary = Synthesis.secondary(stack -> planIn(stack, "Backup", plan -> plan));
      GoldenTemplate.assertMatches("DrBackupPlanSecondary", secondary);
      Map<String, Object> copy = first(ruleOf(secondary).get("CopyActions"));
      assertThat(copy.get("DestinationBackupVaultArn").toString())
          .contains(":backup:us-east-1:", ":backup-vault:" + VAULT);
      assertThat(onlyPropertiesOf(secondary, "AWS::Backup::BackupVault"))
          .containsEntry("BackupVaultName", VAULT);
    }

    @ParameterizedTest
    @CsvSource({
      "eu-west-1, eu-central-1",
      "eu-central-1, eu-west-1",
      "ap-northeast-1, ap-southeast-2",
      "ap-southeast-2, ap-northeast-1",
    })
    void worksInOtherPairs(String region, String peer) {
      DrNames names =
          DrNames.Builder.create()
              .regionPair(RegionPair.of(region, peer))
              .application("shop")
              .build();
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(region),
              stack -> planIn(stack, "Backup", plan -> plan.names(names)));
      assertThat(first(ruleOf(template).get("CopyActions")).get("DestinationBackupVaultArn"))
          .asString()
          .contains(":backup:" + peer + ":", ":backup-vault:shop-backup");
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> DrBackupPlan.Builder.create(stack, "Backup").names(NAMES).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }

    @Test
    void refusesAStackWithoutARegion() {
      Stack stack = new Stack(new App(), "Agnostic");
      assertThatThrownBy(() -> DrBackupPlan.Builder.create(stack, "Backup").names(NAMES).build())
          .hasMessageStartingWith("stack Agnostic: the stack must name its region");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }

    @Test
    void refusesAClusterOfTheOtherRegion() {
      App app = new App();
      Stack west = Synthesis.stackIn(app, "West", "us-west-2");
      Stack east = Synthesis.stackIn(app, "East", "us-east-1");
      DrBackupPlan plan = planIn(east, "Backup", builder -> builder);
      IDatabaseCluster other = cluster(west, "Other", "other");
      assertThatThrownBy(() -> plan.addCluster(other))
          .hasMessage(
              "DrBackupPlan: the cluster West/Other must be in us-east-1, got us-west-2; add it to"
                  + " the plan of its own region");
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStackWithDifferentPurposes() {
      Template template =
          Synthesis.primary(
              stack -> {
                planIn(stack, "One", plan -> plan);
                planIn(stack, "Two", plan -> plan.purpose("ledger-backup"));
              });
      assertThat(propertiesOf(template, "AWS::Backup::BackupVault"))
          .extracting(vault -> vault.get("BackupVaultName"))
          .containsExactlyInAnyOrder(VAULT, "payment-dr-ledger-backup-test");
    }

    @Test
    void backsUpSeveralClustersEachOnce() {
      Stack stack = Synthesis.primaryStack();
      DrBackupPlan plan = planIn(stack, "Backup", builder -> builder);
      IDatabaseCluster second = cluster(stack, "Second", "ledger");
      plan.addCluster(second);
      plan.addCluster(second);
      Template template = Template.fromStack(stack);
      Map<String, Object> selection =
          child(onlyPropertiesOf(template, "AWS::Backup::BackupSelection"), "BackupSelection");
      assertThat((List<?>) selection.get("Resources")).hasSize(2);
      assertThat((List<?>) statementFor(template, "rds:CreateDBClusterSnapshot").get("Resource"))
          .hasSize(3);
    }

    @Test
    @DisplayName("K1: a cluster of the same stack is selected by its generated identifier")
    void backsUpAClusterOfItsOwnStack() {
      Stack stack = Synthesis.primaryStack();
      DrBackupPlan plan = DrBackupPlan.Builder.create(stack, "Backup").names(NAMES).build();
      plan.addCluster(
          DatabaseCluster.Builder.create(stack, "Orders")
              .engine(
                  DatabaseClusterEngine.auroraPostgres(
                      AuroraPostgresClusterEngineProps.builder()
                          .version(AuroraPostgresEngineVersion.VER_15_12)
                          .build()))
              .writer(ClusterInstance.provisioned("Writer"))
              .vpc(new Vpc(stack, "Vpc"))
              .build());
      Map<String, Object> selection =
          child(
              onlyPropertiesOf(Template.fromStack(stack), "AWS::Backup::BackupSelection"),
              "BackupSelection");
      assertThat((List<?>) selection.get("Resources"))
          .singleElement()
          .asString()
          .contains(":rds:us-east-1:", ":cluster:", "Ref=Orders");
    }

    @Test
    void refusesToSynthesiseWithoutACluster() {
      Stack stack = Synthesis.primaryStack();
      DrBackupPlan.Builder.create(stack, "Backup").names(NAMES).build();
      assertThatThrownBy(() -> Template.fromStack(stack))
          .hasMessageContaining(
              "[TestStack/Backup] DrBackupPlan: nothing is selected for backup; call"
                  + " addCluster(...) at least once");
    }

    @Test
    void usesAnExistingKey() {
      Stack stack = Synthesis.primaryStack();
      IKey key =
          Key.fromKeyArn(stack, "Existing", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab");
      DrBackupPlan plan = planIn(stack, "Backup", builder -> builder.encryptionKey(key));
      assertThat(plan.getEncryptionKey()).isSameAs(key);
      Template template = Template.fromStack(stack);
      template.resourceCountIs("AWS::KMS::Key", 0);
      assertThat(onlyPropertiesOf(template, "AWS::Backup::BackupVault"))
          .containsEntry(
              "EncryptionKeyArn", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab");
    }

    @Test
    void tellsATopicOfFailedJobs() {
      Stack stack = Synthesis.primaryStack();
      Topic topic = new Topic(stack, "Topic");
      DrBackupPlan plan = planIn(stack, "Backup", builder -> builder.notificationTopic(topic));
      Template template = Template.fromStack(stack);
      assertThat(first(onlyPropertiesOf(template, "AWS::Events::Rule").get("Targets")))
          .containsEntry("Arn", Map.of("Ref", "TopicBFC7AF6E"));
      assertThat(onlyPropertiesOf(template, "AWS::SNS::TopicPolicy").toString())
          .contains("sns:Publish", "events.amazonaws.com");
      assertThat(warningsOf(plan)).isEmpty();
    }

    @Test
    void tellsAnImportedTopic() {
      Stack stack = Synthesis.primaryStack();
      ITopic topic = Topic.fromTopicArn(stack, "Topic", "arn:aws:sns:us-east-1:111122223333:ops");
      planIn(stack, "Backup", builder -> builder.notificationTopic(topic));
      assertThat(
              first(
                  onlyPropertiesOf(Template.fromStack(stack), "AWS::Events::Rule").get("Targets")))
          .containsEntry("Arn", "arn:aws:sns:us-east-1:111122223333:ops");
    }

    @Test
    void tellsAnotherTargetWhichWithdrawsTheWarning() {
      Stack stack = Synthesis.primaryStack();
      DrBackupPlan plan = planIn(stack, "Backup", builder -> builder);
      plan.addNotificationTarget(SqsQueue.Builder.create(new Queue(stack, "Queue")).build());
      Template.fromStack(stack)
          .hasResourceProperties(
              "AWS::Events::Rule",
              Map.of(
                  "Targets", Match.arrayWith(List.of(Match.objectLike(Map.of("Id", "Target0"))))));
      assertThat(warningsOf(plan)).isEmpty();
    }

    @Test
    @DisplayName("G1: every taggable resource has the four tags")
    void everythingIsTagged() {
      Template template =
          Synthesis.primary(
              stack -> {
                planIn(stack, "Backup", builder -> builder);
                DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
              });
      assertThat(onlyPropertiesOf(template, "AWS::Backup::BackupVault").get("BackupVaultTags"))
          .isEqualTo(FOUR_TAGS);
      assertThat(onlyPropertiesOf(template, "AWS::Backup::BackupPlan").get("BackupPlanTags"))
          .isEqualTo(FOUR_TAGS);
      for (String type : List.of("AWS::KMS::Key", "AWS::IAM::Role", "AWS::Events::Rule")) {
        assertThat((List<?>) onlyPropertiesOf(template, type).get("Tags"))
            .as(type)
            .extracting(tag -> ((Map<?, ?>) tag).get("Key").toString())
            .containsExactlyInAnyOrderElementsOf(FOUR_TAGS.keySet());
      }
    }

    @Test
    void givesTheSameTemplateTwice() {
      assertThat(templateWith(builder -> builder).toJSON()).isEqualTo(DEFAULTS.toJSON());
    }

    @Test
    void createsSixResources() {
      assertThat(Resources.child(DEFAULTS.toJSON(), "Resources").values())
          .extracting(resource -> ((Map<?, ?>) resource).get("Type").toString())
          .containsExactlyInAnyOrder(
              "AWS::KMS::Key",
              "AWS::Backup::BackupVault",
              "AWS::Backup::BackupPlan",
              "AWS::Backup::BackupSelection",
              "AWS::IAM::Role",
              "AWS::Events::Rule");
    }

    @Test
    void countsJobsOfItsVault() {
      assertThat(
              List.of(
                  PLAN.metricBackupJobsCompleted(),
                  PLAN.metricBackupJobsFailed(),
                  PLAN.metricCopyJobsCompleted(),
                  PLAN.metricCopyJobsFailed()))
          .allSatisfy(
              metric -> {
                assertThat(metric.getNamespace()).isEqualTo("AWS/Backup");
                assertThat(metric.getDimensions()).isEqualTo(Map.of("BackupVaultName", VAULT));
                assertThat(metric.getStatistic()).isEqualTo("Sum");
              })
          .extracting(Metric::getMetricName)
          .containsExactly(
              "NumberOfBackupJobsCompleted",
              "NumberOfBackupJobsFailed",
              "NumberOfCopyJobsCompleted",
              "NumberOfCopyJobsFailed");
    }

    @Test
    void givesAwayWhatItMade() {
      assertThat(PLAN.getVault().getBackupVaultName()).isNotEmpty();
      assertThat(PLAN.getPlan().getBackupPlanId()).isNotEmpty();
      assertThat(PLAN.getFailureRule().getRuleArn()).isNotEmpty();
    }

    private static final Map<String, String> FOUR_TAGS =
        Map.of(
            "Environment", "Production",
            "DR-Tier", "Critical",
            "ManagedBy", "CDK",
            "Application", "PaymentProcessor");
  }

  @Nested
  class Props {
    private DrBackupPlanProps.Builder valid() {
      return DrBackupPlanProps.builder().names(NAMES);
    }

    @Test
    void passesEverythingOn() {
      Template template =
          templateWith(
              builder ->
                  builder
                      .schedule(Schedule.cron(CronOptions.builder().minute("30").hour("1").build()))
                      .retention(Duration.days(14))
                      .copyRetention(Duration.days(35))
                      .startWindow(Duration.minutes(60))
                      .completionWindow(Duration.hours(2))
                      .blockRecoveryPointDeletion(false)
                      .lockConfiguration(
                          LockConfiguration.builder()
                              .minRetention(Duration.days(14))
                              .maxRetention(Duration.days(35))
                              .build()));
      assertThat(ruleOf(template))
          .containsEntry("ScheduleExpression", "cron(30 1 * * ? *)")
          .containsEntry("Lifecycle", Map.of("DeleteAfterDays", 14))
          .containsEntry("StartWindowMinutes", 60)
          .containsEntry("CompletionWindowMinutes", 120);
      assertThat(first(ruleOf(template).get("CopyActions")))
          .containsEntry("Lifecycle", Map.of("DeleteAfterDays", 35));
      assertThat(onlyPropertiesOf(template, "AWS::Backup::BackupVault"))
          .containsEntry(
              "LockConfiguration", Map.of("MinRetentionDays", 14, "MaxRetentionDays", 35))
          .doesNotContainKey("AccessPolicy");
    }

    @Test
    void copiesAreKeptAsLongAsBackupsUnlessSaid() {
      assertThat(valid().retention(Duration.days(30)).build().getCopyRetention().toDays())
          .isEqualTo(30);
    }

    @Test
    void namesAllFaultsAtOnce() {
      LockConfiguration lock =
          LockConfiguration.builder()
              .minRetention(Duration.days(10))
              .maxRetention(Duration.days(5))
              .changeableFor(Duration.days(2))
              .build();
      assertThatThrownBy(
              () ->
                  DrBackupPlanProps.builder()
                      .retention(Duration.hours(36))
                      .copyRetention(Duration.days(0))
                      .lockConfiguration(lock)
                      .startWindow(Duration.minutes(59))
                      .completionWindow(Duration.seconds(90))
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrBackupPlanProps has 9 faults:\n"
                  + "  - names is required; set names(DrNames.Builder.create()...build())\n"
                  + "  - retention must be between 1 and 36500 whole days, got 1 day 12 hours\n"
                  + "  - copyRetention must be between 1 and 36500 whole days, got 0 days\n"
                  + "  - lockConfiguration.changeableFor must be between 3 and 36500 whole days, got"
                  + " 2 days\n"
                  + "  - retention and copyRetention must be at least the lock's minRetention of 10"
                  + " days, got 7 and 7 days; the vault would fail the jobs\n"
                  + "  - retention and copyRetention must be at most the lock's maxRetention of 5"
                  + " days, got 7 and 7 days; the vault would fail the jobs\n"
                  + "  - startWindow must be at least 60 minutes, got 59 minutes\n"
                  + "  - completionWindow must be whole minutes, got 1 minute 30 seconds\n"
                  + "  - completionWindow must be at least 60 minutes longer than startWindow, got 1"
                  + " and 59 minutes");
    }

    @Test
    void refusesAVaultNameThatIsTooLong() {
      DrNames longest =
          DrNames.Builder.create()
              .regionPair(Synthesis.PAIR)
              .application("abcdefghijklmn")
              .suffix("abcdefghij")
              .build();
      String purpose = "twenty-four-chars-abcdef";
      assertThat(DrBackupPlanProps.builder().names(longest).purpose(purpose).build().getPurpose())
          .isEqualTo(purpose);
      assertThatThrownBy(
              () -> DrBackupPlanProps.builder().names(longest).purpose(purpose + "g").build())
          .hasMessage(
              "DrBackupPlanProps: the vault name abcdefghijklmn-twenty-four-chars-abcdefg-abcdefghij"
                  + " must have at most 50 characters, got 51; shorten the purpose by 1");
    }

    @Test
    void refusesAnUnusablePurpose() {
      assertThatThrownBy(() -> valid().purpose("My Vault").build())
          .hasMessage(
              "DrBackupPlanProps: purpose must be lower-case letters, digits and single hyphens,"
                  + " got 'My Vault'");
      String token = Aws.REGION;
      assertThatThrownBy(() -> valid().purpose(token).build())
          .hasMessage(
              "DrBackupPlanProps: purpose must be known at synthesis, got a deploy-time token; pass"
                  + " a literal value");
    }

    @Test
    void refusesDeployTimeTimes() {
      Duration token = Duration.days(Token.asNumber(Map.of("Ref", "Days")));
      assertThatThrownBy(() -> valid().retention(token).startWindow(token).build())
          .hasMessage(
              "DrBackupPlanProps has 2 faults:\n"
                  + "  - retention must be known at synthesis, got a deploy-time token; pass a"
                  + " literal value\n"
                  + "  - startWindow must be known at synthesis, got a deploy-time token; pass a"
                  + " literal value");
    }

    @Test
    void refusesRetentionBeyondACentury() {
      assertThatThrownBy(() -> valid().retention(Duration.days(36_501)).build())
          .hasMessage(
              "DrBackupPlanProps: retention must be between 1 and 36500 whole days, got 36501"
                  + " days");
    }
  }
}
