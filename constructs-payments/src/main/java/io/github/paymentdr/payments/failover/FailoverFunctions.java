package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.payments.endpoint.PaymentEndpoint;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.FunctionLogs;
import io.github.paymentdr.payments.internal.RuntimeCode;
import io.github.paymentdr.payments.replication.DrReplication;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.RuleTargetInput;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.events.targets.LambdaFunction;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/**
 * The two functions of a failover. They are not in the VPC, because what is wrong with the network
 * of this region must not look like an outage of the other.
 */
final class FailoverFunctions {
  private static final String PACKAGE = "io.github.paymentdr.runtime.lambda.";
  private static final String ALIAS = "live";

  /** In proportion to it a function gets CPU, and connects and signs faster. */
  private static final int MEMORY = 1024;

  /** It runs all the time, so it is warm, and its memory is what costs. */
  private static final int PROBE_MEMORY = 512;

  /** A loop of the probe takes 90 seconds; then it answers. */
  private static final int PROBE_SECONDS = 105;

  private static final String PUT_METRIC = "cloudwatch:PutMetricData";

  private static final ImmutableList<String> MOVE_TRAFFIC =
      ImmutableList.of(
          "cloudfront-keyvaluestore:DeleteKey",
          "cloudfront-keyvaluestore:DescribeKeyValueStore",
          "cloudfront-keyvaluestore:GetKey",
          "cloudfront-keyvaluestore:PutKey",
          "cloudfront-keyvaluestore:UpdateKeys");

  private final DrFailoverProps props;
  private final ImmutableMap<String, String> environment;

  FailoverFunctions(Construct scope, DrFailoverProps props) {
    this.props = props;
    this.environment = environmentOf(scope, props);
  }

  /** Asked by the state machine and by CloudFormation. */
  Alias createFailover(Construct failover) {
    Construct scope = new Construct(failover, "Actions");
    LogGroup logGroup = FunctionLogs.create(scope, props.getLogRetention(), null);
    Role role = createRole(scope, logGroup, "What the failover function may do");
    props.getLease().grantRegister(role);
    allowTraffic(role, props.getEndpoint());
    Alias alias =
        createAlias(
            scope,
            function(scope, role, logGroup, MEMORY)
                .description("Decides, moves the traffic and reports for a failover")
                .handler(PACKAGE + "FailoverHandler::handleRequest")
                .environment(withRebuild())
                .build());
    keepReady(scope, alias);
    return alias;
  }

  /**
   * Lambda drops the snapshot of a version that nobody has called for 14 days, and refuses calls
   * for minutes while it makes another ("Improving startup performance with Lambda SnapStart" in
   * the Lambda developer guide). In quiet times nobody else calls this function.
   */
  private static void keepReady(Construct scope, Alias alias) {
    Rule.Builder.create(scope, "Schedule")
        .description("Keeps the failover function ready to be called")
        .schedule(Schedule.rate(Duration.hours(1)))
        .targets(
            ImmutableList.of(
                LambdaFunction.Builder.create(alias)
                    .event(RuleTargetInput.fromObject(ImmutableMap.of("operation", "ready")))
                    .retryAttempts(0)
                    .maxEventAge(Duration.minutes(1))
                    .build()))
        .build();
  }

  /** Called each minute; a call lasts longer, so that the next one has begun before it ends. */
  Alias createProbe(Construct failover) {
    Construct scope = new Construct(failover, "Probe");
    LogGroup logGroup = FunctionLogs.create(scope, props.getLogRetention(), null);
    Role role = createRole(scope, logGroup, "What the probe of the other region may do");
    props.getLease().grantProbe(role);
    Alias alias =
        createAlias(
            scope,
            function(scope, role, logGroup, PROBE_MEMORY)
                .timeout(Duration.seconds(PROBE_SECONDS))
                .description("Watches the health of the other region")
                .handler(PACKAGE + "ProbeHandler::handleRequest")
                .environment(
                    ImmutableMap.<String, String>builder()
                        .putAll(environment)
                        .put("PROBE_INTERVAL_SECONDS", text(props.getProbeInterval().toSeconds()))
                        .buildOrThrow())
                .build());
    Rule.Builder.create(scope, "Schedule")
        .description("Watches the health of the other region")
        .schedule(Schedule.rate(Duration.minutes(1)))
        .targets(
            ImmutableList.of(
                LambdaFunction.Builder.create(alias)
                    .retryAttempts(0)
                    .maxEventAge(Duration.minutes(1))
                    .build()))
        .build();
    return alias;
  }

  /** Who is told of a failover is told how to rebuild the other region, if people have to. */
  private ImmutableMap<String, String> withRebuild() {
    DrReplication replication = props.getReplication();
    String peerFunction = replication == null ? null : replication.getPeerFunctionName();
    return peerFunction == null
        ? environment
        : ImmutableMap.<String, String>builder()
            .putAll(environment)
            .put("PEER_REPLICATION_FUNCTION", peerFunction)
            .buildOrThrow();
  }

  private static ImmutableMap<String, String> environmentOf(
      Construct scope, DrFailoverProps props) {
    RegionPair pair = props.getNames().getRegionPair();
    return ImmutableMap.<String, String>builder()
        .put("PEER_REGION", pair.peerOf(Stack.of(scope).getRegion()))
        .put("INITIAL_REGION", pair.getPrimary())
        .put("CONTROL_TABLE", props.getLease().getTableName())
        .put("PAIR_NAME", props.pairName())
        .put("COOL_DOWN_SECONDS", text(props.getCoolDown().toSeconds()))
        .put("ACTIVATION_SECONDS", text(new FailoverBudget(props).activationSeconds()))
        .put("PROBE_TIMEOUT_MILLIS", text(props.getProbeTimeout().toMilliseconds()))
        .put("CONFIRM_ATTEMPTS", text(props.getConfirmAttempts()))
        .put("HEALTH_PATH", props.getHealthPath())
        .put("OBJECTIVE_SECONDS", text(props.getObjective().getRecoveryTime().toSeconds()))
        .buildOrThrow();
  }

  private static String text(Number number) {
    return Long.toString(number.longValue());
  }

  private static Function.Builder function(
      Construct scope, Role role, LogGroup logGroup, int memory) {
    return Function.Builder.create(scope, "Function")
        .code(RuntimeCode.asset())
        .runtime(Runtime.JAVA_21)
        .architecture(Architecture.ARM_64)
        .memorySize(memory)
        .timeout(Duration.minutes(1))
        .role(role)
        .logGroup(logGroup)
        .loggingFormat(LoggingFormat.JSON)
        // Nobody waits for a JVM to start while a region is down.
        .snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS);
  }

  private static Alias createAlias(Construct scope, Function function) {
    Annotations.of(function)
        .acknowledgeWarning(
            "@aws-cdk/aws-lambda:snapStartRequirePublish", "callers reach a published version");
    return Alias.Builder.create(scope, "Alias")
        .aliasName(ALIAS)
        .version(function.getCurrentVersion())
        .retryAttempts(0)
        .maxEventAge(Duration.minutes(1))
        .build();
  }

  /** The health of both regions, the metrics of the failover, and its own log. */
  private Role createRole(Construct scope, LogGroup logGroup, String description) {
    Role role =
        Role.Builder.create(scope, "Role")
            .description(description)
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .build();
    logGroup.grantWrite(role);
    PaymentFunction function = props.getPaymentFunction();
    PaymentFunction.grantInvokeUrlOf(function.getPeerAliasArn(), role);
    PaymentFunction.grantInvokeUrlOf(function.getAlias().getFunctionArn(), role);
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(ImmutableList.of(PUT_METRIC))
            .resources(ImmutableList.of("*"))
            .conditions(
                ImmutableMap.of(
                    "StringEquals",
                    ImmutableMap.of("cloudwatch:namespace", FailoverMetrics.NAMESPACE)))
            .build());
    IamWildcards.explain(
        ExecutionRole.policyOf(role),
        "CloudWatch knows no resource for putting metrics; limited to one namespace",
        PUT_METRIC);
    return role;
  }

  private static void allowTraffic(Role role, @Nullable PaymentEndpoint endpoint) {
    if (endpoint == null) {
      return;
    }
    String store = endpoint.getKeyValueStoreArn();
    List<String> stores =
        ImmutableList.of(
            store == null
                ? String.format(
                    "arn:%s:cloudfront::%s:key-value-store/*", Aws.PARTITION, Aws.ACCOUNT_ID)
                : store);
    role.addToPolicy(
        PolicyStatement.Builder.create().actions(MOVE_TRAFFIC).resources(stores).build());
    if (store == null) {
      IamWildcards.explain(
          ExecutionRole.policyOf(role),
          "CloudFront chooses the id in a store's ARN, and this region reads nothing of the other"
              + " one's stack, which has the store; limited to the stores of this account",
          MOVE_TRAFFIC.toArray(String[]::new));
    }
  }
}
