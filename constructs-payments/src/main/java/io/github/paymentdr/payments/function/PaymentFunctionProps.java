package io.github.paymentdr.payments.function;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.DatabaseConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.FunctionUrlAuthType;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.Tracing;
import software.amazon.awscdk.services.logs.RetentionDays;

/** Properties of {@link PaymentFunction}. */
public final class PaymentFunctionProps {
  private static final int DEFAULT_MEMORY = 1024;
  private static final int DEFAULT_TIMEOUT = 15;
  private static final String DEFAULT_ALIAS = "live";
  private static final String DEFAULT_PURPOSE = "payments";

  private final IVpc vpc;
  private final Code code;
  private final String handler;
  private final @Nullable DrNames names;
  private final String purpose;
  private final @Nullable SubnetSelection vpcSubnets;
  private final @Nullable ISecurityGroup securityGroup;
  private final @Nullable Runtime runtime;
  private final @Nullable Architecture architecture;
  private final Number memorySize;
  private final @Nullable Duration timeout;
  private final ImmutableMap<String, String> environment;
  private final @Nullable DatabaseConnection database;
  private final Boolean snapStart;
  private final @Nullable Number reservedConcurrentExecutions;
  private final @Nullable Number provisionedConcurrentExecutions;
  private final String aliasName;
  private final FunctionUrlAuthType authType;
  private final RetentionDays logRetention;
  private final @Nullable IKey logEncryptionKey;
  private final Tracing tracing;
  private final @Nullable String description;

  private PaymentFunctionProps(Setters<?> setters) {
    this.vpc = requireNonNull(setters.vpc);
    this.code = requireNonNull(setters.code);
    this.handler = requireNonNull(setters.handler);
    this.names = setters.names;
    this.purpose = setters.effectivePurpose();
    this.vpcSubnets = setters.vpcSubnets;
    this.securityGroup = setters.securityGroup;
    this.runtime = setters.runtime;
    this.architecture = setters.architecture;
    this.memorySize = setters.memorySize == null ? DEFAULT_MEMORY : setters.memorySize;
    this.timeout = setters.timeout;
    this.environment =
        setters.environment == null ? ImmutableMap.of() : ImmutableMap.copyOf(setters.environment);
    this.database = setters.database;
    this.snapStart = setters.snapStart == null ? Boolean.TRUE : setters.snapStart;
    this.reservedConcurrentExecutions = setters.reservedConcurrentExecutions;
    this.provisionedConcurrentExecutions = setters.provisionedConcurrentExecutions;
    this.aliasName = setters.aliasName == null ? DEFAULT_ALIAS : setters.aliasName;
    this.authType = setters.authType == null ? FunctionUrlAuthType.AWS_IAM : setters.authType;
    this.logRetention =
        setters.logRetention == null ? RetentionDays.ONE_WEEK : setters.logRetention;
    this.logEncryptionKey = setters.logEncryptionKey;
    this.tracing = setters.tracing == null ? Tracing.ACTIVE : setters.tracing;
    this.description = setters.description;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the VPC that the function is in} */
  public IVpc getVpc() {
    return vpc;
  }

  /** {@return the code} */
  public Code getCode() {
    return code;
  }

  /** {@return the method that Lambda calls} */
  public String getHandler() {
    return handler;
  }

  /** {@return the names of the pair, null for a function whose name CloudFormation generates} */
  public @Nullable DrNames getNames() {
    return names;
  }

  /**
   * {@return what tells the function's name from others of the pair, {@code payments} by default}
   */
  public String getPurpose() {
    return purpose;
  }

  /** {@return the subnets, null for private subnets with egress} */
  public @Nullable SubnetSelection getVpcSubnets() {
    return vpcSubnets;
  }

  /** {@return the existing security group to use, null to create one} */
  public @Nullable ISecurityGroup getSecurityGroup() {
    return securityGroup;
  }

  /** {@return the runtime, {@code java21} by default} */
  public Runtime getRuntime() {
    return runtime == null ? Runtime.JAVA_21 : runtime;
  }

  /** {@return the instruction set, {@code arm64} by default} */
  public Architecture getArchitecture() {
    return architecture == null ? Architecture.ARM_64 : architecture;
  }

  /** {@return the memory in MiB, 1024 by default} */
  public Number getMemorySize() {
    return memorySize;
  }

  /** {@return the longest time that a call may take, 15 seconds by default} */
  public Duration getTimeout() {
    return timeout == null ? Duration.seconds(DEFAULT_TIMEOUT) : timeout;
  }

  /** {@return the environment variables by name, none by default, in the order given} */
  public Map<String, String> getEnvironment() {
    return environment;
  }

  /** {@return the database that the function connects to, null for none} */
  public @Nullable DatabaseConnection getDatabase() {
    return database;
  }

  /** {@return whether a version starts from a snapshot, true by default} */
  public Boolean getSnapStart() {
    return snapStart;
  }

  /**
   * {@return the calls that may be under way at once and are kept free for this function, null for
   * the account's common pool}
   */
  public @Nullable Number getReservedConcurrentExecutions() {
    return reservedConcurrentExecutions;
  }

  /** {@return the execution environments kept ready behind the alias, null for none} */
  public @Nullable Number getProvisionedConcurrentExecutions() {
    return provisionedConcurrentExecutions;
  }

  /** {@return the alias that callers reach, {@code live} by default} */
  public String getAliasName() {
    return aliasName;
  }

  /** {@return how the Function URL authorises callers, {@code AWS_IAM} by default} */
  public FunctionUrlAuthType getAuthType() {
    return authType;
  }

  /** {@return how long the function's logs are kept, one week by default} */
  public RetentionDays getLogRetention() {
    return logRetention;
  }

  /** {@return the key that the logs are encrypted with, null for the key of CloudWatch Logs} */
  public @Nullable IKey getLogEncryptionKey() {
    return logEncryptionKey;
  }

  /** {@return how calls are traced with X-Ray, {@code ACTIVE} by default} */
  public Tracing getTracing() {
    return tracing;
  }

  /** {@return what the console says of the function, null for nothing} */
  public @Nullable String getDescription() {
    return description;
  }

  /** Builds {@link PaymentFunctionProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<PaymentFunctionProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public PaymentFunctionProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link PaymentFunction.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable IVpc vpc;
    private @Nullable Code code;
    private @Nullable String handler;
    private @Nullable DrNames names;
    private @Nullable String purpose;
    private @Nullable SubnetSelection vpcSubnets;
    private @Nullable ISecurityGroup securityGroup;
    private @Nullable Runtime runtime;
    private @Nullable Architecture architecture;
    private @Nullable Number memorySize;
    private @Nullable Duration timeout;
    private @Nullable Map<String, String> environment;
    private @Nullable DatabaseConnection database;
    private @Nullable Boolean snapStart;
    private @Nullable Number reservedConcurrentExecutions;
    private @Nullable Number provisionedConcurrentExecutions;
    private @Nullable String aliasName;
    private @Nullable FunctionUrlAuthType authType;
    private @Nullable RetentionDays logRetention;
    private @Nullable IKey logEncryptionKey;
    private @Nullable Tracing tracing;
    private @Nullable String description;

    Setters() {}

    /**
     * Sets the VPC that the function is in. Required.
     *
     * @param vpc the VPC, created or imported
     * @return this builder
     */
    public B vpc(IVpc vpc) {
      this.vpc = vpc;
      return self();
    }

    /**
     * Sets the code. Required.
     *
     * @param code an asset, or an object in a bucket; inline code only for runtimes that allow it
     * @return this builder
     */
    public B code(Code code) {
      this.code = code;
      return self();
    }

    /**
     * Sets the method that Lambda calls. Required.
     *
     * @param handler 1 to 128 characters without blanks, for Java {@code
     *     com.example.Handler::handleRequest}
     * @return this builder
     */
    public B handler(String handler) {
      this.handler = handler;
      return self();
    }

    /**
     * Sets the names of the pair, and with them the function's own name: {@code
     * names.regionalName(purpose, role)}, of which the role is that of the stack's region. The
     * other region must know it beforehand to be allowed to call this function, so a {@code
     * DrFailover} needs it. Default: none; CloudFormation generates the name.
     *
     * <p>A function that gets a name, or another one, is replaced, and its URL changes.
     *
     * @param names the names, the same in both regions
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets what tells the function's name from others of the pair. Default: {@code payments}.
     *
     * @param purpose lower-case letters, digits and single hyphens, the same in both regions; only
     *     with {@code names}
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets the subnets that the function is in. Default: the VPC's private subnets with egress.
     *
     * @param vpcSubnets a selection of private subnets
     * @return this builder
     */
    public B vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = vpcSubnets;
      return self();
    }

    /**
     * Sets an existing security group to use instead of creating one. Its rules stay as they are;
     * only those towards the database are added. Default: a new security group that lets out HTTPS
     * and, with a database, the connection to it, and lets nothing in.
     *
     * @param securityGroup a security group of the same VPC
     * @return this builder
     */
    public B securityGroup(ISecurityGroup securityGroup) {
      this.securityGroup = securityGroup;
      return self();
    }

    /**
     * Sets the runtime. Default: Java 21.
     *
     * @param runtime a managed runtime
     * @return this builder
     */
    public B runtime(Runtime runtime) {
      this.runtime = runtime;
      return self();
    }

    /**
     * Sets the instruction set. Default: arm64, which costs less for the same work.
     *
     * @param architecture the instruction set that the code is made for
     * @return this builder
     */
    public B architecture(Architecture architecture) {
      this.architecture = architecture;
      return self();
    }

    /**
     * Sets the memory, and in proportion to it the CPU. Default: 1024 MiB, with which a JVM has
     * more than half of a CPU.
     *
     * @param memorySize a whole number of MiB between 128 and 10240 ("Lambda quotas" in the Lambda
     *     developer guide)
     * @return this builder
     */
    public B memorySize(Number memorySize) {
      this.memorySize = memorySize;
      return self();
    }

    /**
     * Sets the longest time that a call may take. Default: 15 seconds; whoever pays has given up by
     * then.
     *
     * @param timeout whole seconds between 1 and 900 ("Lambda quotas" in the Lambda developer
     *     guide)
     * @return this builder
     */
    public B timeout(Duration timeout) {
      this.timeout = timeout;
      return self();
    }

    /**
     * Sets the environment variables. They are no place for secrets. Default: none besides those of
     * the database.
     *
     * @param environment values by name; names of letters, digits and underscores that Lambda does
     *     not set itself; at most 4096 bytes ("Lambda quotas" in the Lambda developer guide)
     * @return this builder
     */
    public B environment(Map<String, String> environment) {
      // Not an immutable map of Guava, which refuses what is missing without saying where.
      this.environment = environment == null ? null : new LinkedHashMap<>(environment);
      return self();
    }

    /**
     * Sets the database that the function connects to. The function gets its address and user in
     * the environment variables {@code DB_HOST}, {@code DB_PORT}, {@code DB_NAME} and {@code
     * DB_USER}, and {@code DB_READ_HOST} if the connection has one, the right to log in as this
     * user with an IAM authentication token, and a way through both security groups on the
     * database's port. Default: none.
     *
     * @param database the connection, to a database of the stack's region
     * @return this builder
     */
    public B database(DatabaseConnection database) {
      this.database = database;
      return self();
    }

    /**
     * Sets whether a version starts from a snapshot of its initialised code (SnapStart), which
     * takes most of the time out of the first call. Default: true.
     *
     * @param snapStart true needs a runtime that supports it and excludes provisioned concurrency
     *     ("Improving startup performance with Lambda SnapStart" in the Lambda developer guide)
     * @return this builder
     */
    public B snapStart(Boolean snapStart) {
      this.snapStart = snapStart;
      return self();
    }

    /**
     * Sets how many calls may be under way at once; the same number is kept free for this function
     * in the account. Default: no limit but the account's.
     *
     * @param reservedConcurrentExecutions a whole number of 0 or more; 0 refuses every call
     * @return this builder
     */
    public B reservedConcurrentExecutions(Number reservedConcurrentExecutions) {
      this.reservedConcurrentExecutions = reservedConcurrentExecutions;
      return self();
    }

    /**
     * Sets how many execution environments are kept ready behind the alias, at a price by the hour.
     * Default: none.
     *
     * @param provisionedConcurrentExecutions a whole number of 1 or more, not above the reserved
     *     concurrency; needs {@code snapStart(false)}
     * @return this builder
     */
    public B provisionedConcurrentExecutions(Number provisionedConcurrentExecutions) {
      this.provisionedConcurrentExecutions = provisionedConcurrentExecutions;
      return self();
    }

    /**
     * Sets the name of the alias that callers reach. Default: {@code live}.
     *
     * @param aliasName 1 to 128 letters, digits, hyphens and underscores, not only digits
     * @return this builder
     */
    public B aliasName(String aliasName) {
      this.aliasName = aliasName;
      return self();
    }

    /**
     * Sets how the Function URL authorises callers. Default: {@code AWS_IAM}, signed requests of
     * principals with the right to call.
     *
     * @param authType {@code NONE} opens the URL to everybody and gives a warning with the id
     *     {@code @payment-dr/function:urlWithoutAuthorization}
     * @return this builder
     */
    public B authType(FunctionUrlAuthType authType) {
      this.authType = authType;
      return self();
    }

    /**
     * Sets how long the function's logs are kept. Default: one week.
     *
     * @param logRetention the retention
     * @return this builder
     */
    public B logRetention(RetentionDays logRetention) {
      this.logRetention = logRetention;
      return self();
    }

    /**
     * Sets a customer key that the logs are encrypted with. Its policy is extended so that
     * CloudWatch Logs may use it for log groups of this account and region; an imported key's
     * policy must allow that already. Default: the key that CloudWatch Logs owns.
     *
     * @param logEncryptionKey a symmetric key of the stack's region
     * @return this builder
     */
    public B logEncryptionKey(IKey logEncryptionKey) {
      this.logEncryptionKey = logEncryptionKey;
      return self();
    }

    /**
     * Sets how calls are traced with X-Ray. Default: {@code ACTIVE}.
     *
     * @param tracing {@code ACTIVE}, {@code PASS_THROUGH} for calls that the caller traces, or
     *     {@code DISABLED}
     * @return this builder
     */
    public B tracing(Tracing tracing) {
      this.tracing = tracing;
      return self();
    }

    /**
     * Sets what the console says of the function. Default: nothing.
     *
     * @param description at most 256 characters
     * @return this builder
     */
    public B description(String description) {
      this.description = description;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    final PaymentFunctionProps buildProps() {
      Faults faults = Faults.of("PaymentFunctionProps");
      checkRequired(faults);
      PropertyChecks.checkPurpose(faults, names, purpose, effectivePurpose());
      PropertyChecks.checkMemory(faults, memorySize);
      PropertyChecks.checkTimeout(faults, timeout);
      if (environment != null) {
        EnvironmentVariables.checkAll(faults, environment, database != null);
      }
      if (!Boolean.FALSE.equals(snapStart)) {
        PropertyChecks.checkSnapStart(faults, runtime, provisionedConcurrentExecutions);
      }
      PropertyChecks.checkConcurrency(
          faults, reservedConcurrentExecutions, provisionedConcurrentExecutions);
      if (aliasName != null) {
        PropertyChecks.checkAlias(faults, aliasName);
      }
      PropertyChecks.checkDescription(faults, description);
      faults.throwIfAny();
      return new PaymentFunctionProps(this);
    }

    private void checkRequired(Faults faults) {
      faults.require("vpc", vpc, "set vpc(network.getVpc())");
      faults.require("code", code, "set code(Code.fromAsset(\"target/handler.jar\"))");
      faults.require("handler", handler, "set handler(\"com.example.Handler::handleRequest\")");
      if (code != null) {
        PropertyChecks.checkCode(faults, code, runtime);
      }
      if (handler != null) {
        PropertyChecks.checkHandler(faults, handler);
      }
    }
  }
}
