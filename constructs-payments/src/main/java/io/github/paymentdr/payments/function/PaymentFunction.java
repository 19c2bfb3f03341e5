package io.github.paymentdr.payments.function;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.FunctionLogs;
import io.github.paymentdr.payments.internal.FunctionPlacement;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IPrincipal;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.FunctionUrl;
import software.amazon.awscdk.services.lambda.FunctionUrlAuthType;
import software.amazon.awscdk.services.lambda.IAlias;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.lambda.IFunctionUrl;
import software.amazon.awscdk.services.lambda.InvokeMode;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.lambda.Tracing;
import software.amazon.awscdk.services.logs.ILogGroup;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * The payment logic of one region: a Lambda function in the VPC, published as a version behind an
 * alias, with a Function URL on the alias.
 *
 * <p>The code is the caller's. Callers sign their requests with IAM unless told otherwise. The
 * function has a role, a security group and a log group of its own; each opens only what is needed.
 * With a database, the function finds where and as whom to connect in the environment variables
 * {@code DB_HOST}, {@code DB_PORT}, {@code DB_NAME} and {@code DB_USER}, and in {@code
 * DB_READ_HOST} where to read if that is elsewhere. It logs in with an IAM authentication token: no
 * secret is in the environment.
 *
 * <pre>{@code
 * PaymentFunction function =
 *     PaymentFunction.Builder.create(this, "Payments")
 *         .vpc(network.getVpc())
 *         .vpcSubnets(network.getFunctionSubnets())
 *         .code(Code.fromAsset("target/handler.jar"))
 *         .handler("com.example.PaymentHandler::handleRequest")
 *         .build();
 * function.grantInvokeUrl(caller);
 * }</pre>
 *
 * <p>There is no dead-letter queue: a Function URL calls the function synchronously, so the caller
 * learns of every failure. A call of the alias that does not wait for the answer, such as a
 * schedule's, is not repeated when it fails, and is given up when it has waited for a minute.
 */
public final class PaymentFunction extends Construct implements IConnectable, IGrantable {
  private final @Nullable FunctionName name;
  private final Duration timeout;
  private final boolean hasDatabase;
  private final LogGroup logGroup;
  private final Role role;
  private final Function function;
  private final Alias alias;
  private final FunctionUrl functionUrl;

  /**
   * Adds the function to a stack.
   *
   * @param scope a construct inside a stack
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the scope is not in a
   *     stack, if the VPC lacks the subnets needed, if the VPC, the security group or the key is in
   *     another region, if the key is an alias, or, with {@code names}, if the stack's region is
   *     not in the pair or the stack has a function of this purpose already
   */
  public PaymentFunction(Construct scope, String id, PaymentFunctionProps props) {
    super(checked(scope, props), id);
    this.name = FunctionName.of(props);
    this.timeout = props.getTimeout();
    this.hasDatabase = props.getDatabase() != null;
    this.logGroup = FunctionLogs.create(this, props.getLogRetention(), props.getLogEncryptionKey());
    this.role =
        ExecutionRole.create(
            this, logGroup, "What the payment function and Lambda on its behalf may do");
    this.function = createFunction(props);
    this.alias = createAlias(props);
    this.functionUrl = createFunctionUrl(props.getAuthType());
    DatabaseConnection database = props.getDatabase();
    if (database != null) {
      connectTo(database);
    }
  }

  /** {@return the function; to call it, use the alias or the URL} */
  public IFunction getFunction() {
    return function;
  }

  /** {@return the alias that points to the version last deployed} */
  public IAlias getAlias() {
    return alias;
  }

  /**
   * {@return the Function URL of the alias, for example {@code
   * https://abc.lambda-url.us-east-1.on.aws/}}
   */
  public String getUrl() {
    return functionUrl.getUrl();
  }

  /** {@return the Function URL of the alias as a construct, for example as an origin} */
  public IFunctionUrl getFunctionUrl() {
    return functionUrl;
  }

  /** {@return the names of the pair, null when CloudFormation generates the function's name} */
  public @Nullable DrNames getNames() {
    return name == null ? null : name.names();
  }

  /** {@return the longest time that a call may take} */
  public Duration getTimeout() {
    return timeout;
  }

  /**
   * The alias of the same function in the other region, for IAM policies only: it is made of names,
   * so it can be known before the other region is deployed, and whether it is there is not checked.
   *
   * @return the ARN, in the account of this stack
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the function has no {@code
   *     names}
   */
  public String getPeerAliasArn() {
    Faults faults = Faults.of("PaymentFunction");
    faults.require("names", name, "set names(...), from which the other region's name is made");
    faults.throwIfAny();
    return requireNonNull(name).peerAliasArn(this);
  }

  /** {@return the role that the code runs with} */
  public IRole getRole() {
    return role;
  }

  /** {@return the log group that the function writes to} */
  public ILogGroup getLogGroup() {
    return logGroup;
  }

  /** {@return the function's side of network connections} */
  @Override
  public Connections getConnections() {
    return function.getConnections();
  }

  /** {@return the principal that the code runs as} */
  @Override
  public IPrincipal getGrantPrincipal() {
    return role;
  }

  /**
   * Adds an environment variable. The next deployment publishes a new version with it.
   *
   * @param name letters, digits and underscores, starting with a letter; not one that Lambda sets
   *     and, with a database, not one of {@code DB_HOST}, {@code DB_PORT}, {@code DB_NAME}, {@code
   *     DB_USER}
   * @param value the value, not a secret; it replaces an earlier one
   * @return this construct
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the name is not allowed
   */
  public PaymentFunction addEnvironment(String name, String value) {
    Faults faults = Faults.of("PaymentFunction");
    EnvironmentVariables.checkName(faults, name, hasDatabase);
    faults.throwIfAny();
    function.addEnvironment(name, value);
    return this;
  }

  /**
   * Holds the new version back, and with it the alias and the callers, until something else is
   * there; until then, and when that fails, callers stay with the version they have. For a {@link
   * SchemaMigration}, or anything else that the code relies on.
   *
   * <p>Only the version waits. The CDK's own {@code getNode().addDependency(...)} would let role
   * and security group wait too, which is a circle as soon as what they wait for waits for them.
   *
   * @param dependency what must be there first; it must not need this function's version itself
   * @return this construct
   */
  public PaymentFunction goLiveAfter(IDependable dependency) {
    function.getCurrentVersion().getNode().addDependency(dependency);
    return this;
  }

  /**
   * Lets somebody call the Function URL with signed requests: {@code lambda:InvokeFunctionUrl} and,
   * limited to calls by way of the URL, {@code lambda:InvokeFunction}. Lambda asks for both.
   *
   * @param grantee who may call. A role of this region's stacks gets the right in its own policy; a
   *     principal without one, such as an {@code ArnPrincipal} or an account, in the alias's
   *     policy. For a role of another region's stack use {@link #grantInvokeUrlOf}
   * @return the grant
   */
  public Grant grantInvokeUrl(IGrantable grantee) {
    return functionUrl.grantInvokeUrl(grantee);
  }

  /**
   * Lets somebody call a Function URL with signed requests when only the alias's ARN is known, for
   * example from an output of the other region's stack.
   *
   * @param aliasArn the ARN of the alias that has the URL
   * @param grantee a principal with a policy of its own, in the account of the alias
   * @return the grant
   */
  public static Grant grantInvokeUrlOf(String aliasArn, IGrantable grantee) {
    Grant url =
        grant(
            grantee,
            aliasArn,
            "lambda:InvokeFunctionUrl",
            ImmutableMap.of(
                "StringEquals", ImmutableMap.of("lambda:FunctionUrlAuthType", "AWS_IAM")));
    Grant function =
        grant(
            grantee,
            aliasArn,
            "lambda:InvokeFunction",
            ImmutableMap.of("Bool", ImmutableMap.of("lambda:InvokedViaFunctionUrl", true)));
    return url.combine(function);
  }

  /** {@return calls per minute, sum} */
  public Metric metricInvocations() {
    return alias.metricInvocations(perMinute("Sum"));
  }

  /** {@return calls per minute that ended with an error of the function, sum} */
  public Metric metricErrors() {
    return alias.metricErrors(perMinute("Sum"));
  }

  /** {@return calls per minute refused for want of concurrency, sum} */
  public Metric metricThrottles() {
    return alias.metricThrottles(perMinute("Sum"));
  }

  /** {@return milliseconds that a call takes, 99th percentile of each minute} */
  public Metric metricDuration() {
    return alias.metricDuration(perMinute("p99"));
  }

  /** {@return calls under way at once, maximum of each minute} */
  public Metric metricConcurrentExecutions() {
    return alias.metric("ConcurrentExecutions", perMinute("Maximum"));
  }

  private Function createFunction(PaymentFunctionProps props) {
    Function created =
        Function.Builder.create(this, "Function")
            .functionName(name == null ? null : name.in(this))
            .description(props.getDescription())
            .code(props.getCode())
            .handler(props.getHandler())
            .runtime(props.getRuntime())
            .architecture(props.getArchitecture())
            .memorySize(props.getMemorySize())
            .timeout(props.getTimeout())
            .environment(props.getEnvironment())
            .reservedConcurrentExecutions(props.getReservedConcurrentExecutions())
            .snapStart(props.getSnapStart() ? SnapStartConf.ON_PUBLISHED_VERSIONS : null)
            .vpc(props.getVpc())
            .vpcSubnets(FunctionPlacement.subnetsOf(props.getVpcSubnets()))
            .securityGroups(ImmutableList.of(securityGroupOf(props)))
            .role(role)
            .logGroup(logGroup)
            .loggingFormat(LoggingFormat.JSON)
            .build();
    trace(created, props.getTracing());
    Annotations.of(created)
        .acknowledgeWarning(
            "@aws-cdk/aws-lambda:snapStartRequirePublish", "callers reach a published version");
    return created;
  }

  /** Not by the L2, which would put its wildcard where the app's feature flags want it. */
  private void trace(Function created, Tracing tracing) {
    if (tracing == Tracing.DISABLED) {
      return;
    }
    ExecutionRole.allowTracing(role);
    CfnFunction resource = (CfnFunction) requireNonNull(created.getNode().getDefaultChild());
    String mode = tracing == Tracing.ACTIVE ? "Active" : "PassThrough";
    resource.setTracingConfig(CfnFunction.TracingConfigProperty.builder().mode(mode).build());
  }

  private ISecurityGroup securityGroupOf(PaymentFunctionProps props) {
    ISecurityGroup given = props.getSecurityGroup();
    return given == null
        ? FunctionPlacement.createSecurityGroup(
            this, props.getVpc(), "Payment function: HTTPS to AWS APIs, and its database")
        : given;
  }

  /** What calls without waiting is a schedule, which calls again before Lambda would. */
  private Alias createAlias(PaymentFunctionProps props) {
    return Alias.Builder.create(this, "Alias")
        .aliasName(props.getAliasName())
        .version(function.getCurrentVersion())
        .provisionedConcurrentExecutions(props.getProvisionedConcurrentExecutions())
        .retryAttempts(0)
        .maxEventAge(Duration.minutes(1))
        .build();
  }

  private FunctionUrl createFunctionUrl(FunctionUrlAuthType authType) {
    if (authType == FunctionUrlAuthType.NONE) {
      Annotations.of(this)
          .addWarningV2(
              "@payment-dr/function:urlWithoutAuthorization",
              "anybody on the internet can call this Function URL; the code must authorise every"
                  + " request itself, or remove authType(FunctionUrlAuthType.NONE)");
    }
    return FunctionUrl.Builder.create(this, "Url")
        .function(alias)
        .authType(authType)
        .invokeMode(InvokeMode.BUFFERED)
        .build();
  }

  private void connectTo(DatabaseConnection database) {
    EnvironmentVariables.ofReader(database).forEach(function::addEnvironment);
    getConnections()
        .allowTo(
            database.getConnectable(),
            Port.tcp(database.getPort()),
            "payment function to database");
    database.grantConnect(this);
  }

  private static Grant grant(
      IGrantable grantee,
      String resourceArn,
      String action,
      ImmutableMap<String, ImmutableMap<String, Object>> conditions) {
    return Grant.addToPrincipal(
        GrantOnPrincipalOptions.builder()
            .grantee(grantee)
            .actions(ImmutableList.of(action))
            .resourceArns(ImmutableList.of(resourceArn))
            .conditions(conditions)
            .build());
  }

  private static MetricOptions perMinute(String statistic) {
    return MetricOptions.builder().statistic(statistic).period(Duration.minutes(1)).build();
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, PaymentFunctionProps props) {
    Faults faults = Faults.of("PaymentFunction");
    Placement placement = Placement.of(scope, faults);
    placement.requireSameRegion("vpc", props.getVpc());
    placement.requireSameRegion("securityGroup", props.getSecurityGroup());
    placement.requireKey("logEncryptionKey", props.getLogEncryptionKey());
    FunctionName name = FunctionName.of(props);
    if (name != null) {
      String text = name.in(scope);
      placement.requireUniquePurpose(
          PaymentFunction.class,
          "payment functions",
          props.getPurpose(),
          other -> other.name != null && other.name.in(other).equals(text));
    }
    FunctionPlacement.checkSubnets(faults, props.getVpc(), props.getVpcSubnets());
    faults.throwIfAny();
    return scope;
  }

  /** Builds a {@link PaymentFunction}. */
  public static final class Builder extends PaymentFunctionProps.Setters<Builder>
      implements software.amazon.jsii.Builder<PaymentFunction> {
    private final Construct scope;
    private final String id;

    private Builder(Construct scope, String id) {
      this.scope = scope;
      this.id = id;
    }

    /**
     * Starts a builder.
     *
     * @param scope a construct inside a stack
     * @param id the construct's id
     * @return a new builder
     */
    public static Builder create(Construct scope, String id) {
      return new Builder(scope, id);
    }

    /**
     * Adds the function to the stack.
     *
     * @return the function
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link PaymentFunctionProps.Builder#build()} do
     */
    @Override
    public PaymentFunction build() {
      return new PaymentFunction(scope, id, buildProps());
    }
  }
}
