package io.github.paymentdr.payments.testing;

import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.payments.alarms.DrAlarmsProps;
import io.github.paymentdr.payments.assets.DrAssetsBucketProps;
import io.github.paymentdr.payments.backup.DrBackupPlan;
import io.github.paymentdr.payments.backup.DrBackupPlanProps;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.database.DrAuroraClusterProps;
import io.github.paymentdr.payments.endpoint.PaymentEndpointProps;
import io.github.paymentdr.payments.failover.DrFailoverProps;
import io.github.paymentdr.payments.failover.RegionLease;
import io.github.paymentdr.payments.failover.RegionLeaseProps;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.function.PaymentFunctionProps;
import io.github.paymentdr.payments.function.SchemaMigrationProps;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.network.DrNetworkProps;
import io.github.paymentdr.payments.network.DrPeeringProps;
import io.github.paymentdr.payments.replication.DrReplicationProps;
import io.github.paymentdr.payments.session.SessionGlobalTableProps;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterAttributes;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/**
 * For every public construct the props with nothing set but what is required. The pages of the
 * constructs, the test for determinism and the benchmark take their constructs from here.
 *
 * <p>A construct that needs others, such as a VPC, makes them below the given stack, under an id
 * that begins with its own class name. The stack is in either region of {@link Synthesis#PAIR}.
 */
public final class MinimalProps {
  private static final ImmutableMap<Class<?>, Function<Stack, ?>> BY_TYPE =
      ImmutableMap.<Class<?>, Function<Stack, ?>>builder()
          .put(DrAlarmsProps.class, stack -> DrAlarmsProps.builder().regionPair(PAIR).build())
          .put(
              DrAssetsBucketProps.class,
              stack -> DrAssetsBucketProps.builder().names(NAMES).build())
          .put(
              DrAuroraClusterProps.class,
              stack ->
                  DrAuroraClusterProps.builder()
                      .names(NAMES)
                      .vpc(vpc(stack, "DrAuroraClusterVpc"))
                      .replication(AuroraReplication.none())
                      .build())
          .put(DrBackupPlanProps.class, stack -> DrBackupPlanProps.builder().names(NAMES).build())
          .put(DrNetworkProps.class, stack -> DrNetworkProps.builder().regionPair(PAIR).build())
          .put(
              DrPeeringProps.class,
              stack ->
                  DrPeeringProps.builder()
                      .names(NAMES)
                      .network(
                          DrNetwork.Builder.create(stack, "DrPeeringNetwork")
                              .regionPair(PAIR)
                              .build())
                      .build())
          .put(
              DrReplicationProps.class,
              stack ->
                  DrReplicationProps.builder()
                      .names(NAMES)
                      .cluster(
                          DrAuroraCluster.Builder.create(stack, "DrReplicationCluster")
                              .names(NAMES)
                              .purpose("replicated")
                              .vpc(vpc(stack, "DrReplicationVpc"))
                              .instanceType(new InstanceType("r6g.large"))
                              .replication(AuroraReplication.globalDatabase())
                              .build())
                      .build())
          .put(
              DrFailoverProps.class,
              stack ->
                  DrFailoverProps.builder()
                      .names(NAMES)
                      .lease(
                          RegionLease.Builder.create(stack, "DrFailoverLease")
                              .names(NAMES)
                              .purpose("failed-over")
                              .build())
                      .paymentFunction(
                          PaymentFunction.Builder.create(stack, "DrFailoverFunction")
                              .names(NAMES)
                              .vpc(vpc(stack, "DrFailoverVpc"))
                              .code(
                                  Code.fromBucket(
                                      Bucket.fromBucketName(stack, "DrFailoverCode", "code"),
                                      "handler.jar"))
                              .handler("com.example.Handler::handleRequest")
                              .build())
                      .notificationTopic(new Topic(stack, "DrFailoverTopic"))
                      .objective(RecoveryObjective.of(Duration.ofMinutes(5), Duration.ofMinutes(1)))
                      .build())
          .put(
              PaymentEndpointProps.class,
              stack ->
                  PaymentEndpointProps.builder()
                      .names(NAMES)
                      .paymentFunction(
                          PaymentFunction.Builder.create(stack, "PaymentEndpointFunction")
                              .vpc(vpc(stack, "PaymentEndpointVpc"))
                              .code(
                                  Code.fromBucket(
                                      Bucket.fromBucketName(stack, "PaymentEndpointCode", "code"),
                                      "handler.jar"))
                              .handler("com.example.Handler::handleRequest")
                              .build())
                      .build())
          .put(
              PaymentFunctionProps.class,
              stack ->
                  PaymentFunctionProps.builder()
                      .vpc(vpc(stack, "PaymentFunctionVpc"))
                      .code(
                          Code.fromBucket(
                              Bucket.fromBucketName(stack, "PaymentFunctionCode", "code"),
                              "handler.jar"))
                      .handler("com.example.Handler::handleRequest")
                      .build())
          .put(RegionLeaseProps.class, stack -> RegionLeaseProps.builder().names(NAMES).build())
          .put(
              SchemaMigrationProps.class,
              stack ->
                  SchemaMigrationProps.builder()
                      .vpc(vpc(stack, "SchemaMigrationVpc"))
                      .code(
                          Code.fromBucket(
                              Bucket.fromBucketName(stack, "SchemaMigrationCode", "code"),
                              "handler.jar"))
                      .handler("com.example.MigrationHandler::handleRequest")
                      .database(
                          DatabaseConnection.Builder.create()
                              .host("payments.cluster-abc.rds.amazonaws.com")
                              .databaseName("payments")
                              .user("payment_app")
                              .resourceId("cluster-ABCDEFGHIJKL")
                              .connectable(
                                  SecurityGroup.fromSecurityGroupId(
                                      stack, "SchemaMigrationDatabase", "sg-1"))
                              .build())
                      .masterSecret(
                          Secret.fromSecretNameV2(stack, "SchemaMigrationSecret", "master"))
                      .build())
          .put(
              SessionGlobalTableProps.class,
              stack -> SessionGlobalTableProps.builder().names(NAMES).build())
          .buildOrThrow();

  /** By construct: what it needs beyond its props before its stack can be synthesised. */
  private static final ImmutableMap<Class<?>, BiConsumer<Construct, Stack>> COMPLETION =
      ImmutableMap.of(
          DrBackupPlan.class,
          (plan, stack) ->
              ((DrBackupPlan) plan)
                  .addCluster(
                      DatabaseCluster.fromDatabaseClusterAttributes(
                          stack,
                          "DrBackupPlanCluster",
                          DatabaseClusterAttributes.builder()
                              .clusterIdentifier("cluster-1")
                              .build())));

  private MinimalProps() {}

  private static IVpc vpc(Stack stack, String id) {
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

  /** The props classes that have an entry. */
  public static Set<Class<?>> types() {
    return ImmutableSet.copyOf(BY_TYPE.keySet());
  }

  /** Makes minimal props for a construct in the stack. */
  public static Object of(Class<?> props, Stack stack) {
    Function<Stack, ?> maker = BY_TYPE.get(props);
    if (maker == null) {
      throw new AssertionError(
          String.format(
              "MinimalProps has no entry for %1$s; add .put(%1$s.class, stack ->"
                  + " %1$s.builder()...build()) with what is required and nothing else",
              props.getSimpleName()));
    }
    return maker.apply(stack);
  }

  /**
   * Adds the construct of the props to the stack, under the name of its class, and completes it.
   */
  public static Construct addConstruct(Class<?> props, Stack stack) {
    String name = props.getName().replaceFirst("Props$", "");
    try {
      Class<?> type = Class.forName(name);
      Construct construct =
          (Construct)
              type.getConstructor(Construct.class, String.class, props)
                  .newInstance(stack, type.getSimpleName(), of(props, stack));
      COMPLETION.getOrDefault(type, (made, within) -> {}).accept(construct, stack);
      return construct;
    } catch (InvocationTargetException e) {
      throw new AssertionError(name + " cannot be made: " + e.getCause().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name + " is not made as constructs are", e);
    }
  }

  /** Adds one of each construct to the stack. */
  public static void addAllConstructs(Stack stack) {
    BY_TYPE.keySet().forEach(props -> addConstruct(props, stack));
  }
}
