package io.github.paymentdr.payments.internal;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.rds.CfnDBCluster;
import software.amazon.awscdk.services.rds.CfnDBInstance;
import software.constructs.Construct;
import software.constructs.IConstruct;

/** The resources behind a database, as far as this app has made them. */
public final class DatabaseParts {
  private DatabaseParts() {}

  /** The cluster and its instances; none when the database was imported. */
  public static List<Construct> serversOf(IConnectable database) {
    return partsOf(database)
        .filter(part -> part instanceof CfnDBCluster || part instanceof CfnDBInstance)
        .map(Construct.class::cast)
        .collect(ImmutableList.toImmutableList());
  }

  /** Only the secondary cluster of a global database says where its data comes from. */
  public static boolean isGlobalSecondary(IConnectable database) {
    return partsOf(database)
        .anyMatch(
            part -> part instanceof CfnDBCluster cluster && cluster.getSourceRegion() != null);
  }

  /** The rules that let a client in; the CDK keeps them in the database's security groups. */
  public static List<Construct> rulesFor(ISecurityGroup client, IConnectable database) {
    Stack stack = Stack.of(client);
    Object clientId = stack.resolve(client.getSecurityGroupId());
    return database.getConnections().getSecurityGroups().stream()
        .flatMap(group -> group.getNode().getChildren().stream())
        .filter(
            rule ->
                rule instanceof CfnSecurityGroupIngress ingress
                    && ingress.getSourceSecurityGroupId() != null
                    && clientId.equals(stack.resolve(ingress.getSourceSecurityGroupId())))
        .map(Construct.class::cast)
        .collect(ImmutableList.toImmutableList());
  }

  private static Stream<IConstruct> partsOf(IConnectable database) {
    return database instanceof IConstruct construct
        ? construct.getNode().findAll().stream()
        : Stream.empty();
  }
}
