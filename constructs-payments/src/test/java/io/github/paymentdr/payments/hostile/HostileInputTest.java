package io.github.paymentdr.payments.hostile;

import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.alarms.AlarmThreshold;
import io.github.paymentdr.payments.alarms.DrAlarms;
import io.github.paymentdr.payments.alarms.DrAlarmsProps;
import io.github.paymentdr.payments.assets.DrAssetsBucket;
import io.github.paymentdr.payments.assets.DrAssetsBucketProps;
import io.github.paymentdr.payments.backup.DrBackupPlan;
import io.github.paymentdr.payments.backup.DrBackupPlanProps;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.database.DrAuroraClusterProps;
import io.github.paymentdr.payments.failover.RegionLeaseProps;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.function.PaymentFunctionProps;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.network.DrNetworkProps;
import io.github.paymentdr.payments.session.SessionGlobalTable;
import io.github.paymentdr.payments.session.SessionGlobalTableProps;
import io.github.paymentdr.payments.session.SessionTableKeys;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.ec2.VpcLookupOptions;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/** What users without null checks, with odd numbers or with parts of another place are told. */
@DisplayName("Hostile input to the constructs")
class HostileInputTest {
  private static final Stack HERE = Synthesis.primaryStack();
  private static final Stack THERE = Synthesis.secondaryStack();
  private static final Number TOKEN = Token.asNumber(Aws.ACCOUNT_ID);
  private static final String KEY_THERE =
      "encryptionKey must be in us-east-1 like the stack, got us-west-2; use one of the stack's own"
          + " region";

  static Stream<Arguments> props() {
    return Stream.of(
        arguments(call(() -> network().availabilityZones(null).build()), "nothing"),
        arguments(
            call(() -> network().availabilityZones(Arrays.asList("us-east-1a", null)).build()),
            "DrNetworkProps: availabilityZones must not contain null, got [us-east-1a, null];"
                + " remove it"),
        arguments(
            call(() -> network().natGateways(2.7).build()),
            "DrNetworkProps: natGateways must be between 1 and 3, got 2.7; use 3 for one in each"
                + " zone"),
        arguments(
            call(() -> network().natGateways(4_294_967_297L).build()),
            "DrNetworkProps: natGateways must be between 1 and 3, got 4294967297; use 3 for one in"
                + " each zone"),
        arguments(
            call(() -> network().natGateways(TOKEN).build()),
            "DrNetworkProps: natGateways must be known at synthesis, got a deploy-time token; pass"
                + " a literal value"),
        arguments(
            call(() -> network().primaryCidr("\uff11\uff10.0.0.0/16").build()),
            "DrNetworkProps: primaryCidr must be a block such as 10.0.0.0/16:"
                + " '\uff11\uff10.0.0.0/16' is not an IPv4 CIDR block"),
        arguments(
            call(() -> network().primaryCidr("10.0.0.0/016").build()),
            "DrNetworkProps: primaryCidr must be a block such as 10.0.0.0/16: '10.0.0.0/016' is not"
                + " an IPv4 CIDR block"),
        arguments(call(() -> database().securityGroups(null).build()), "nothing"),
        arguments(
            call(() -> database().securityGroups(Collections.singletonList(null)).build()),
            "DrAuroraClusterProps: securityGroups must not contain null, got [null]; remove it"),
        arguments(
            call(() -> database().readers(4_294_967_297L).build()),
            "DrAuroraClusterProps: readers must be between 0 and 15, got 4294967297; remove"
                + " 4294967282 readers"),
        arguments(
            call(() -> database().instanceType(new InstanceType("T3.MEDIUM")).build()),
            "DrAuroraClusterProps: instanceType must look like r6g.large, got 'T3.MEDIUM'; use an"
                + " RDS class"),
        arguments(
            call(
                () ->
                    DatabaseConnection.Builder.create()
                        .host(" ")
                        .resourceId("*")
                        .port(5.5)
                        .databaseName("payments")
                        .user("app")
                        .connectable(SecurityGroup.fromSecurityGroupId(HERE, "Group", "sg-1"))
                        .build()),
            """
            DatabaseConnection has 3 faults:
              - host must be letters, digits, dots and hyphens, got ' '
              - resourceId must be letters, digits, dots and hyphens, got '*'
              - port must be between 1 and 65535, got 5.5; 5432 is usual"""),
        arguments(call(() -> function().environment(null).build()), "nothing"),
        arguments(
            call(() -> function().environment(Collections.singletonMap("NAME", null)).build()),
            "PaymentFunctionProps: environment must not contain null, got [null]; remove it"),
        arguments(
            call(() -> function().environment(Collections.singletonMap(null, "value")).build()),
            "PaymentFunctionProps: environment must not contain null, got [null]; remove it"),
        arguments(
            call(() -> function().timeout(Duration.minutes(TOKEN)).build()),
            "PaymentFunctionProps: timeout must be Duration.seconds(...) for a deploy-time token,"
                + " got minutes; CloudFormation cannot convert units"),
        arguments(call(() -> function().timeout(Duration.seconds(TOKEN)).build()), "nothing"),
        arguments(
            call(
                () ->
                    RegionLeaseProps.builder()
                        .names(NAMES)
                        .leaseTime(Duration.seconds(TOKEN))
                        .clockDriftPercent(TOKEN)
                        .recoveryPeriodInDays(TOKEN)
                        .build()),
            """
            RegionLeaseProps has 3 faults:
              - leaseTime must be known at synthesis, got a deploy-time token; pass a literal value
              - clockDriftPercent must be known at synthesis, got a deploy-time token; pass a literal value
              - recoveryPeriodInDays must be known at synthesis, got a deploy-time token; pass a literal value"""),
        arguments(
            call(() -> RegionLeaseProps.builder().names(NAMES).purpose(null).build()), "nothing"),
        arguments(
            call(
                () ->
                    RegionLeaseProps.builder()
                        .names(NAMES)
                        .clockDriftPercent(4_294_967_297L)
                        .build()),
            "RegionLeaseProps: clockDriftPercent must be a whole number between 0 and 10, got"
                + " 4294967297; 1 is usual"),
        arguments(
            call(
                () ->
                    SessionGlobalTableProps.builder()
                        .names(NAMES)
                        .recoveryPeriodInDays(TOKEN)
                        .customerKeys(SessionTableKeys.of(null, null))
                        .build()),
            """
            SessionGlobalTableProps has 3 faults:
              - recoveryPeriodInDays must be known at synthesis, got a deploy-time token; pass a literal value
              - the primary key of customerKeys is required; pass the key's ARN
              - the secondary key of customerKeys is required; pass the key's ARN"""),
        arguments(
            call(
                () ->
                    DrAssetsBucketProps.builder()
                        .names(NAMES)
                        .noncurrentVersionExpiration(Duration.hours(TOKEN))
                        .build()),
            "DrAssetsBucketProps: noncurrentVersionExpiration must be Duration.days(...) for a"
                + " deploy-time token, got hours; CloudFormation cannot convert units"),
        arguments(
            call(
                () ->
                    DrBackupPlanProps.builder()
                        .names(NAMES)
                        .schedule(Schedule.rate(Duration.hours(12)))
                        .build()),
            "DrBackupPlanProps: schedule must be a cron expression, got 'rate(12 hours)'; use"
                + " Schedule.cron(...)"),
        arguments(call(() -> alarms().emailSubscriptions(null).build()), "nothing"),
        arguments(
            call(() -> alarms().emailSubscriptions(Collections.singletonList(null)).build()),
            "DrAlarmsProps: emailSubscriptions must not contain null, got [null]; remove it"),
        arguments(
            call(
                () ->
                    AlarmThreshold.Builder.create()
                        .value(1)
                        .period(null)
                        .evaluationPeriods(null)
                        .missingData(null)
                        .build()),
            "nothing"),
        arguments(
            call(
                () ->
                    AlarmThreshold.Builder.create().value(1).period(Duration.millis(500)).build()),
            "AlarmThreshold: period must be 10, 20 or 30 seconds or whole minutes, got 0 s"));
  }

  @ParameterizedTest
  @MethodSource("props")
  void propertiesSayWhatIsWrong(ThrowingCallable call, String message) {
    if (message.equals("nothing")) {
      assertThatCode(call).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(call).isInstanceOf(InvalidInputException.class).hasMessage(message);
    }
  }

  static Stream<Arguments> misplaced() {
    IKey key = Key.fromKeyArn(THERE, "Key", "arn:aws:kms:us-west-2:111122223333:key/1234abcd");
    IVpc vpc = vpcOf(THERE, "Vpc");
    return Stream.of(
        misplaced(
            stack -> DrNetwork.Builder.create(stack, "It").regionPair(PAIR).vpc(vpc).build(),
            "DrNetwork: vpc must be in us-east-1 like the stack, got us-west-2; use one of the"
                + " stack's own region"),
        misplaced(
            stack ->
                DrAuroraCluster.Builder.create(stack, "It")
                    .names(NAMES)
                    .vpc(vpcOf(HERE, "DatabaseVpc"))
                    .replication(AuroraReplication.none())
                    .securityGroups(
                        List.of(SecurityGroup.fromSecurityGroupId(THERE, "Group", "sg-1")))
                    .build(),
            "DrAuroraCluster: securityGroups must be in us-east-1 like the stack, got us-west-2;"
                + " use one of the stack's own region"),
        misplaced(
            stack ->
                PaymentFunction.Builder.create(stack, "It")
                    .vpc(vpc)
                    .code(Code.fromBucket(Bucket.fromBucketName(HERE, "Code", "code"), "a.jar"))
                    .handler("Handler::handle")
                    .logEncryptionKey(key)
                    .build(),
            """
            PaymentFunction has 2 faults:
              - vpc must be in us-east-1 like the stack, got us-west-2; use one of the stack's own region
              - logEncryptionKey must be in us-east-1 like the stack, got us-west-2; use one of the \
            stack's own region"""),
        misplaced(
            stack ->
                DrAssetsBucket.Builder.create(stack, "It")
                    .names(NAMES)
                    .encryptionKey(key)
                    .serverAccessLogsBucket(new Bucket(THERE, "Logs"))
                    .build(),
            "DrAssetsBucket has 2 faults:\n  - "
                + KEY_THERE
                + "\n  - serverAccessLogsBucket must be in us-east-1 like the stack, got us-west-2;"
                + " use one of the stack's own region"),
        misplaced(
            stack ->
                DrBackupPlan.Builder.create(stack, "It")
                    .names(NAMES)
                    .encryptionKey(key)
                    .notificationTopic(new Topic(THERE, "Topic"))
                    .build(),
            "DrBackupPlan has 2 faults:\n  - "
                + KEY_THERE
                + "\n  - notificationTopic must be in us-east-1 like the stack, got us-west-2; use"
                + " one of the stack's own region"),
        misplaced(
            stack ->
                DrAlarms.Builder.create(stack, "It").regionPair(PAIR).encryptionKey(key).build(),
            "DrAlarms: " + KEY_THERE));
  }

  @ParameterizedTest
  @MethodSource("misplaced")
  void partsOfAnotherRegionAreRefused(Consumer<Construct> make, String message) {
    Construct scope = new Construct(HERE, "Scope" + HERE.getNode().getChildren().size());
    assertThatThrownBy(() -> make.accept(scope))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message);
    assertThat(scope.getNode().getChildren()).isEmpty();
  }

  @Test
  void oneNameIsNotGivenTwice() {
    Stack stack = Synthesis.primaryStack();
    SessionGlobalTable.Builder.create(stack, "Table").names(NAMES).build();
    assertThatThrownBy(() -> SessionGlobalTable.Builder.create(stack, "T2").names(NAMES).build())
        .hasMessage(
            "SessionGlobalTable: purpose must differ between the tables of a stack, got 'sessions'"
                + " twice; set another purpose(...)");
    DrAssetsBucket.Builder.create(stack, "Bucket").names(NAMES).build();
    assertThatThrownBy(() -> DrAssetsBucket.Builder.create(stack, "B2").names(NAMES).build())
        .hasMessage(
            "DrAssetsBucket: purpose must differ between the buckets of a stack, got 'assets'"
                + " twice; set another purpose(...)");
    DrBackupPlan.Builder.create(stack, "Plan").names(NAMES).build();
    assertThatThrownBy(() -> DrBackupPlan.Builder.create(stack, "P2").names(NAMES).build())
        .hasMessage(
            "DrBackupPlan: purpose must differ between the plans of a stack, got 'backup' twice;"
                + " set another purpose(...)");
    assertThat(stack.getNode().getChildren()).hasSize(3);
  }

  @Test
  @DisplayName("the replica is imported as often as it is needed")
  void theReplicaMayBeImportedTwice() {
    Stack stack = Synthesis.secondaryStack();
    SessionGlobalTable.Builder.create(stack, "Table").names(NAMES).build();
    assertThatCode(() -> SessionGlobalTable.Builder.create(stack, "Again").names(NAMES).build())
        .doesNotThrowAnyException();
  }

  @Test
  void aVpcThatIsStillToBeLookedUpIsTaken() {
    Stack stack =
        Stack.Builder.create(new App(), "LookedUp")
            .env(Environment.builder().account("111122223333").region("us-east-1").build())
            .build();
    IVpc vpc = Vpc.fromLookup(stack, "Vpc", VpcLookupOptions.builder().vpcId("vpc-1").build());
    DrNetwork network =
        DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).vpc(vpc).build();
    assertThat(network.getVpc()).isSameAs(vpc);
  }

  @Test
  void subnetsMustBeInTheGivenVpc() {
    SubnetSelection unknown = SubnetSelection.builder().subnetGroupName("nowhere").build();
    assertThatThrownBy(
            () ->
                DrNetwork.Builder.create(HERE, "Network")
                    .regionPair(PAIR)
                    .vpc(vpcOf(HERE, "NetworkVpc"))
                    .functionSubnets(unknown)
                    .databaseSubnets(unknown)
                    .build())
        .hasMessage(
            """
            DrNetwork has 2 faults:
              - functionSubnets must select subnets that the given vpc has; change the selection
              - databaseSubnets must select subnets that the given vpc has; change the selection""");
  }

  @Test
  void aFunctionNeedsAStack() {
    assertThatThrownBy(() -> new PaymentFunction(new App(), "It", function().build()))
        .hasMessage(
            "scope: the construct must be inside a stack, got '' outside of any; pass a stack or a"
                + " construct inside one");
  }

  private static Arguments misplaced(Consumer<Construct> make, String message) {
    return arguments(make, message);
  }

  private static ThrowingCallable call(ThrowingCallable call) {
    return call;
  }

  private static DrNetworkProps.Builder network() {
    return DrNetworkProps.builder().regionPair(PAIR);
  }

  private static DrAlarmsProps.Builder alarms() {
    return DrAlarmsProps.builder().regionPair(PAIR);
  }

  private static DrAuroraClusterProps.Builder database() {
    return DrAuroraClusterProps.builder()
        .names(NAMES)
        .vpc(vpcOf(HERE, "Vpc" + HERE.getNode().getChildren().size()))
        .replication(AuroraReplication.none());
  }

  private static PaymentFunctionProps.Builder function() {
    int number = HERE.getNode().getChildren().size();
    return PaymentFunctionProps.builder()
        .vpc(vpcOf(HERE, "Vpc" + number))
        .code(Code.fromBucket(Bucket.fromBucketName(HERE, "Code" + number, "code"), "a.jar"))
        .handler("Handler::handle");
  }

  private static IVpc vpcOf(Stack stack, String id) {
    return Vpc.fromVpcAttributes(
        stack,
        id,
        VpcAttributes.builder()
            .vpcId("vpc-1")
            .availabilityZones(List.of("a", "b", "c"))
            .privateSubnetIds(List.of("subnet-1", "subnet-2", "subnet-3"))
            .isolatedSubnetIds(List.of("subnet-4", "subnet-5", "subnet-6"))
            .build());
  }
}
