package io.github.paymentdr.payments.function;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.internal.CodeFingerprint;
import io.github.paymentdr.payments.internal.DatabaseParts;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.FunctionLogs;
import io.github.paymentdr.payments.internal.FunctionPlacement;
import io.github.paymentdr.payments.internal.ResourceProvider;
import io.github.paymentdr.payments.internal.SecretAccess;
import java.util.List;
import software.amazon.awscdk.CustomResource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IPrincipal;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.logs.ILogGroup;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/**
 * Brings the schema of a database up to date while its stack is deployed, by a Lambda handler that
 * the caller passes. A deployment whose migration fails rolls back, and the stack's events say why.
 *
 * <p>The handler logs in as the master user, whose secret it may read, and makes the schema and the
 * user of the application. It is called again when the code, the database or the user changes, and
 * not otherwise. What relies on the schema waits for this construct:
 *
 * <pre>{@code
 * DatabaseConnection connection = database.connectionFor("payment_app");
 * SchemaMigration migration =
 *     SchemaMigration.Builder.create(this, "Schema")
 *         .vpc(network.getVpc())
 *         .vpcSubnets(network.getFunctionSubnets())
 *         .code(Code.fromAsset("target/handler.jar"))
 *         .handler("com.example.MigrationHandler::handleRequest")
 *         .database(connection)
 *         .masterSecret(database.getSecret())
 *         .build();
 * function.goLiveAfter(migration);
 * }</pre>
 *
 * <p>The handler's event has {@code RequestType} ({@code Create} or {@code Update}) and {@code
 * ResourceProperties}; it returns {@code PhysicalResourceId}, always the same text, and {@code
 * Data} with {@code SchemaVersion}. It throws when it fails; its message becomes the reason in the
 * stack's events, so it must not tell secrets. It must bear being called twice, and succeed when
 * the schema is newer than its own migrations, because a roll back calls the older code once more.
 * Nothing is undone, and the handler not called, when the stack or this construct is deleted.
 */
public final class SchemaMigration extends Construct implements IConnectable, IGrantable {
  private static final String SCHEMA_VERSION = "SchemaVersion";

  /**
   * A minute more than the provider framework can live: after that nobody answers, and
   * CloudFormation would wait for an hour.
   */
  private static final int SERVICE_TIMEOUT_MINUTES = 16;

  private final LogGroup logGroup;
  private final Role role;
  private final SecurityGroup securityGroup;
  private final Function function;
  private final CustomResource run;

  /**
   * Adds the migration to a stack.
   *
   * @param scope a construct inside a stack
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the VPC lacks the subnets
   *     needed, or if the database is the secondary cluster of a global database
   */
  public SchemaMigration(Construct scope, String id, SchemaMigrationProps props) {
    super(checked(scope, props), id);
    this.logGroup = FunctionLogs.create(this, props.getLogRetention(), null);
    this.role =
        ExecutionRole.create(
            this, logGroup, "What the schema migration and Lambda on its behalf may do");
    SecretAccess.allow(role, props.getMasterSecret());
    this.securityGroup =
        FunctionPlacement.createSecurityGroup(
            this, props.getVpc(), "Schema migration: HTTPS to AWS APIs, and its database");
    this.function = createFunction(props);
    this.run = createRun(props);
    openDatabase(props);
  }

  /**
   * What the handler returned as {@code SchemaVersion}, known when the stack is deployed. Whoever
   * uses it waits for the migration; a handler that returns none makes that deployment fail.
   *
   * @return a deploy-time token
   */
  public String getSchemaVersion() {
    return run.getAttString(SCHEMA_VERSION);
  }

  /** {@return the function that CloudFormation calls by way of the provider framework} */
  public IFunction getFunction() {
    return function;
  }

  /** {@return the role that the code runs with} */
  public IRole getRole() {
    return role;
  }

  /** {@return the log group that the code writes to} */
  public ILogGroup getLogGroup() {
    return logGroup;
  }

  /** {@return the migration's side of network connections} */
  @Override
  public Connections getConnections() {
    return function.getConnections();
  }

  /** {@return the principal that the code runs as} */
  @Override
  public IPrincipal getGrantPrincipal() {
    return role;
  }

  private Function createFunction(SchemaMigrationProps props) {
    return Function.Builder.create(this, "Function")
        .description("Brings the schema of a database up to date while its stack is deployed")
        .code(props.getCode())
        .handler(props.getHandler())
        .runtime(props.getRuntime())
        .architecture(props.getArchitecture())
        .memorySize(props.getMemorySize())
        .timeout(props.getTimeout())
        .environment(EnvironmentVariables.of(props))
        .vpc(props.getVpc())
        .vpcSubnets(FunctionPlacement.subnetsOf(props.getVpcSubnets()))
        .securityGroups(ImmutableList.of(securityGroup))
        .role(role)
        .logGroup(logGroup)
        .loggingFormat(LoggingFormat.JSON)
        .build();
  }

  /** CloudFormation calls the handler when this resource is new or a property of it changes. */
  private CustomResource createRun(SchemaMigrationProps props) {
    DatabaseConnection database = props.getDatabase();
    return CustomResource.Builder.create(this, "Run")
        .resourceType("Custom::SchemaMigration")
        .serviceToken(
            ResourceProvider.create(
                this, function, props.getLogRetention(), "the schema migration"))
        // Migrations only go forward: there is nothing to undo when the stack is deleted.
        .removalPolicy(RemovalPolicy.RETAIN)
        .serviceTimeout(Duration.minutes(SERVICE_TIMEOUT_MINUTES))
        .properties(
            ImmutableMap.of(
                "Trigger", triggerOf(props),
                "DatabaseHost", database.getHost(),
                "DatabaseName", database.getDatabaseName(),
                "DatabaseUser", database.getUser()))
        .build();
  }

  private String triggerOf(SchemaMigrationProps props) {
    String given = props.getTrigger();
    CfnFunction resource = (CfnFunction) requireNonNull(function.getNode().getDefaultChild());
    return given == null ? CodeFingerprint.of(this, resource) : given;
  }

  /**
   * The run waits for the database's servers and for its own way to them, and for nothing else of
   * the database: its security group also has rules that refer to other functions, and these may
   * wait for this migration.
   */
  private void openDatabase(SchemaMigrationProps props) {
    DatabaseConnection database = props.getDatabase();
    getConnections()
        .allowTo(
            database.getConnectable(),
            Port.tcp(database.getPort()),
            "schema migration to database");
    List<Construct> needed =
        ImmutableList.<Construct>builder()
            .add(securityGroup)
            .addAll(DatabaseParts.rulesFor(securityGroup, database.getConnectable()))
            .addAll(DatabaseParts.serversOf(database.getConnectable()))
            .build();
    needed.forEach(run.getNode()::addDependency);
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, SchemaMigrationProps props) {
    Faults faults = Faults.of("SchemaMigration");
    Placement.of(scope, faults).requireSameRegion("vpc", props.getVpc());
    FunctionPlacement.checkSubnets(faults, props.getVpc(), props.getVpcSubnets());
    faults.unless(
        !DatabaseParts.isGlobalSecondary(props.getDatabase().getConnectable()),
        "database must have a writer, got the secondary cluster of a global database, which takes"
            + " its schema from the other region; leave the migration out of this stack");
    faults.throwIfAny();
    return scope;
  }

  /** Builds a {@link SchemaMigration}. */
  public static final class Builder extends SchemaMigrationProps.Setters<Builder>
      implements software.amazon.jsii.Builder<SchemaMigration> {
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
     * Adds the migration to the stack.
     *
     * @return the migration
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link SchemaMigrationProps.Builder#build()} do
     */
    @Override
    public SchemaMigration build() {
      return new SchemaMigration(scope, id, buildProps());
    }
  }
}
