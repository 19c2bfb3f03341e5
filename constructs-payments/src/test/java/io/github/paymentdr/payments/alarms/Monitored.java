package io.github.paymentdr.payments.alarms;

import static io.github.paymentdr.payments.testing.Synthesis.PAIR;

import io.github.paymentdr.core.region.RegionPair;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.dynamodb.ITable;
import software.amazon.awscdk.services.dynamodb.TableV2;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.FunctionProps;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterAttributes;
import software.amazon.awscdk.services.rds.IDatabaseCluster;
import software.amazon.awscdk.services.s3.Bucket;

/** Things to monitor, imported where the alarms do not care. */
final class Monitored {
  private Monitored() {}

  static DrAlarms alarmsIn(Stack stack) {
    return alarmsIn(stack, PAIR);
  }

  static DrAlarms alarmsIn(Stack stack, RegionPair pair) {
    return DrAlarms.Builder.create(stack, "Alarms")
        .regionPair(pair)
        .emailSubscriptions(List.of("on-call@example.com"))
        .build();
  }

  /** One of each kind. */
  static DrAlarms everything(Stack stack, RegionPair pair) {
    DrAlarms alarms = alarmsIn(stack, pair);
    IDatabaseCluster cluster = cluster(stack);
    alarms.monitorCluster(cluster);
    alarms.monitorGlobalDatabase(cluster);
    alarms.monitorFunction(importedFunction(stack));
    alarms.monitorTable(table(stack));
    return alarms;
  }

  static IDatabaseCluster cluster(Stack stack) {
    return DatabaseCluster.fromDatabaseClusterAttributes(
        stack,
        "Database",
        DatabaseClusterAttributes.builder().clusterIdentifier("payments-cluster").build());
  }

  static software.amazon.awscdk.services.lambda.IFunction importedFunction(Stack stack) {
    return Function.fromFunctionName(stack, "Payments", "payments-function");
  }

  static ITable table(Stack stack) {
    return TableV2.fromTableName(stack, "Sessions", "payments-sessions");
  }

  static Function function(Stack stack, Duration timeout) {
    return new Function(
        stack,
        "Payments",
        FunctionProps.builder()
            .runtime(Runtime.JAVA_21)
            .handler("example.Handler")
            .code(Code.fromBucket(Bucket.fromBucketName(stack, "Code", "code-bucket"), "code.jar"))
            .timeout(timeout)
            .build());
  }
}
