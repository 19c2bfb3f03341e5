package io.github.paymentdr.payments.replication;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.payments.internal.CodeFingerprint;
import io.github.paymentdr.payments.internal.DatabaseParts;
import io.github.paymentdr.payments.internal.ResourceProvider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.CustomResource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.lambda.Function;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * The set-up of the replication while the stack is deployed, and its tear-down when the stack is
 * deleted. CloudFormation calls the function again when a property of this resource changes.
 */
final class SetUp {
  /**
   * A minute more than the provider framework can live: after that nobody answers, and
   * CloudFormation would wait for an hour.
   */
  private static final int SERVICE_TIMEOUT_MINUTES = 16;

  private final CustomResource run;
  private final List<String> versions = new ArrayList<>();

  SetUp(Construct scope, DrReplicationProps props, Function function, List<String> schemas) {
    this.run =
        CustomResource.Builder.create(scope, "SetUp")
            .resourceType("Custom::DrReplication")
            .serviceToken(
                ResourceProvider.create(
                    scope, function, props.getLogRetention(), "the set-up of the replication"))
            .serviceTimeout(Duration.minutes(SERVICE_TIMEOUT_MINUTES))
            .properties(propertiesOf(scope, props, function, schemas))
            .build();
  }

  /** The set-up needs the servers and its own way to them, and nothing else of the database. */
  void waitFor(DatabasePlacement placement, ISecurityGroup securityGroup) {
    run.getNode().addDependency(securityGroup);
    DatabaseParts.rulesFor(securityGroup, placement.cluster()).forEach(this::startAfter);
    DatabaseParts.serversOf(placement.cluster()).forEach(this::startAfter);
  }

  /** A new version must find what it keeps, and be gone before it is torn down. */
  void goLiveBefore(Construct other) {
    other.getNode().addDependency(run);
  }

  void startAfter(IDependable dependency) {
    run.getNode().addDependency(dependency);
  }

  void refreshOn(String version) {
    versions.add(version);
    CfnResource resource = (CfnResource) requireNonNull(run.getNode().getDefaultChild());
    resource.addPropertyOverride("Versions", ImmutableList.copyOf(versions));
  }

  private static ImmutableMap<String, Object> propertiesOf(
      Construct scope, DrReplicationProps props, Function function, List<String> schemas) {
    CfnFunction resource = (CfnFunction) requireNonNull(function.getNode().getDefaultChild());
    ImmutableMap.Builder<String, Object> properties = ImmutableMap.builder();
    properties
        .put("Code", CodeFingerprint.of(scope, resource))
        .put("Cluster", props.getCluster().getClusterIdentifier())
        .put("Schemas", schemas)
        .put("SubscriptionSslMode", props.getSubscriptionSslMode().toSslMode());
    putIfSet(
        properties,
        "RetainedWalLimit",
        ReplicationEnvironment.bytesOf(props.getRetainedWalLimit()));
    putIfSet(properties, "SequenceGap", ReplicationEnvironment.textOf(props.getSequenceGap()));
    return properties.buildOrThrow();
  }

  private static void putIfSet(
      ImmutableMap.Builder<String, Object> properties, String name, @Nullable String value) {
    if (value != null) {
      properties.put(name, value);
    }
  }
}
