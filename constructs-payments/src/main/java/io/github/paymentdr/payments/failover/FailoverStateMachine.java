package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.FunctionLogs;
import io.github.paymentdr.payments.replication.DrReplication;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.IAlarm;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.stepfunctions.DefinitionBody;
import software.amazon.awscdk.services.stepfunctions.LogLevel;
import software.amazon.awscdk.services.stepfunctions.LogOptions;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.amazon.awscdk.services.stepfunctions.StateMachineType;
import software.constructs.Construct;

/** The state machine with its role and log, as far as it is not {@link FailoverDefinition}. */
final class FailoverStateMachine {
  /** From "Logging using CloudWatch Logs" in the Step Functions developer guide. */
  private static final ImmutableList<String> DELIVER_LOGS =
      ImmutableList.of(
          "logs:CreateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:DescribeLogGroups",
          "logs:DescribeResourcePolicies",
          "logs:GetLogDelivery",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:UpdateLogDelivery");

  private static final String DESCRIBE_EXECUTION = "states:DescribeExecution";

  private final Construct scope;
  private final DrFailoverProps props;
  private final String name;
  private final IFunction failoverFunction;
  private final IAlarm trigger;

  FailoverStateMachine(
      Construct scope, DrFailoverProps props, IFunction failoverFunction, IAlarm trigger) {
    this.scope = scope;
    this.props = props;
    this.name =
        props
            .getNames()
            .regionalName(props.getPurpose(), props.getNames().getRegionPair().roleOf(scope));
    this.failoverFunction = failoverFunction;
    this.trigger = trigger;
  }

  StateMachine create(StepTimes times) {
    Role role = createRole();
    Stack stack = Stack.of(scope);
    RegionPair pair = props.getNames().getRegionPair();
    StateMachine stateMachine =
        StateMachine.Builder.create(scope, "StateMachine")
            .stateMachineName(name)
            .stateMachineType(StateMachineType.STANDARD)
            .role(role)
            .definitionBody(
                DefinitionBody.fromString(
                    stack.toJsonString(
                        FailoverDefinition.of(
                            pair.getPartition(),
                            stack.getRegion(),
                            pair.peerOf(stack.getRegion()),
                            props.getReplication() != null,
                            times))))
            .definitionSubstitutions(substitutions())
            .logs(
                LogOptions.builder()
                    .destination(FunctionLogs.create(scope, props.getLogRetention(), null))
                    .level(LogLevel.ALL)
                    .includeExecutionData(true)
                    .build())
            .build();
    IamWildcards.explain(
        ExecutionRole.policyOf(role),
        "Step Functions sets up the delivery of its log by actions that know no resource",
        DELIVER_LOGS.toArray(String[]::new));
    return stateMachine;
  }

  private ImmutableMap<String, String> substitutions() {
    ImmutableMap.Builder<String, String> substitutions = ImmutableMap.builder();
    substitutions
        .put("ControlTable", props.getLease().getTableName())
        .put("FailoverFunction", failoverFunction.getFunctionArn())
        .put("PaymentFunction", paymentFunctionArn())
        .put("Topic", props.getNotificationTopic().getTopicArn())
        .put("Alarm", trigger.getAlarmName());
    DrReplication replication = props.getReplication();
    if (replication != null) {
      substitutions.put("ReplicationFunction", replication.getFunction().getFunctionArn());
    }
    return substitutions.buildOrThrow();
  }

  private String paymentFunctionArn() {
    return props.getPaymentFunction().getAlias().getFunctionArn();
  }

  private Role createRole() {
    Role role =
        Role.Builder.create(scope, "Role")
            .description("What a failover may do in its own region")
            .assumedBy(new ServicePrincipal("states.amazonaws.com"))
            .build();
    props.getLease().grantTakeLease(role);
    ImmutableList.Builder<String> functions = ImmutableList.builder();
    functions.add(failoverFunction.getFunctionArn(), paymentFunctionArn());
    DrReplication replication = props.getReplication();
    if (replication != null) {
      functions.add(replication.getFunction().getFunctionArn());
    }
    allow(role, "lambda:InvokeFunction", functions.build());
    allow(role, "cloudwatch:DescribeAlarms", ImmutableList.of(trigger.getAlarmArn()));
    allow(role, DESCRIBE_EXECUTION, ImmutableList.of(ownExecutions()));
    IamWildcards.explain(
        ExecutionRole.policyOf(role),
        "an execution must find out whether an earlier one of the same state machine still runs",
        DESCRIBE_EXECUTION);
    allow(role, "sns:Publish", ImmutableList.of(props.getNotificationTopic().getTopicArn()));
    allowTopicKey(role, props.getNotificationTopic().getMasterKey());
    return role;
  }

  private String ownExecutions() {
    return Stack.of(scope)
        .formatArn(
            ArnComponents.builder()
                .service("states")
                .resource("execution")
                .resourceName(name + ":*")
                .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                .build());
  }

  private static void allowTopicKey(Role role, @Nullable IKey key) {
    if (key != null) {
      role.addToPolicy(
          PolicyStatement.Builder.create()
              .actions(ImmutableList.of("kms:Decrypt", "kms:GenerateDataKey"))
              .resources(ImmutableList.of(key.getKeyArn()))
              .conditions(
                  ImmutableMap.of(
                      "StringEquals",
                      ImmutableMap.of(
                          "kms:ViaService",
                          String.format("sns.%s.%s", Aws.REGION, Aws.URL_SUFFIX))))
              .build());
    }
  }

  private static void allow(Role role, String action, List<String> resources) {
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(ImmutableList.of(action))
            .resources(resources)
            .build());
  }
}
