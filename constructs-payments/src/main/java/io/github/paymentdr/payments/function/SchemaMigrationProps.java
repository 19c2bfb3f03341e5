package io.github.paymentdr.payments.function;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.DatabaseConnection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.secretsmanager.ISecret;

/** Properties of {@link SchemaMigration}. */
public final class SchemaMigrationProps {
  private static final int DEFAULT_MEMORY = 1024;
  private static final int DEFAULT_TIMEOUT_MINUTES = 5;

  private final IVpc vpc;
  private final Code code;
  private final String handler;
  private final DatabaseConnection database;
  private final ISecret masterSecret;
  private final @Nullable SubnetSelection vpcSubnets;
  private final @Nullable Runtime runtime;
  private final @Nullable Architecture architecture;
  private final Number memorySize;
  private final @Nullable Duration timeout;
  private final ImmutableMap<String, String> environment;
  private final RetentionDays logRetention;
  private final @Nullable String trigger;

  private SchemaMigrationProps(Setters<?> setters) {
    this.vpc = requireNonNull(setters.vpc);
    this.code = requireNonNull(setters.code);
    this.handler = requireNonNull(setters.handler);
    this.database = requireNonNull(setters.database);
    this.masterSecret = requireNonNull(setters.masterSecret);
    this.vpcSubnets = setters.vpcSubnets;
    this.runtime = setters.runtime;
    this.architecture = setters.architecture;
    this.memorySize = setters.memorySize == null ? DEFAULT_MEMORY : setters.memorySize;
    this.timeout = setters.timeout;
    this.environment = setters.environment;
    this.logRetention =
        setters.logRetention == null ? RetentionDays.ONE_WEEK : setters.logRetention;
    this.trigger = setters.trigger;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the VPC that the migration is in} */
  public IVpc getVpc() {
    return vpc;
  }

  /** {@return the code} */
  public Code getCode() {
    return code;
  }

  /** {@return the method that is called} */
  public String getHandler() {
    return handler;
  }

  /** {@return where the database is, and the application's user of it} */
  public DatabaseConnection getDatabase() {
    return database;
  }

  /** {@return the secret with the name and password of the master user} */
  public ISecret getMasterSecret() {
    return masterSecret;
  }

  /** {@return the subnets, null for private subnets with egress} */
  public @Nullable SubnetSelection getVpcSubnets() {
    return vpcSubnets;
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

  /** {@return the longest time that a migration may take, 5 minutes by default} */
  public Duration getTimeout() {
    return timeout == null ? Duration.minutes(DEFAULT_TIMEOUT_MINUTES) : timeout;
  }

  /** {@return further environment variables by name, none by default, in the order given} */
  public Map<String, String> getEnvironment() {
    return environment;
  }

  /** {@return how long the logs are kept, one week by default} */
  public RetentionDays getLogRetention() {
    return logRetention;
  }

  /** {@return the text whose change runs the migration, null for a fingerprint of the code} */
  public @Nullable String getTrigger() {
    return trigger;
  }

  /** Builds {@link SchemaMigrationProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<SchemaMigrationProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public SchemaMigrationProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link SchemaMigration.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable IVpc vpc;
    private @Nullable Code code;
    private @Nullable String handler;
    private @Nullable DatabaseConnection database;
    private @Nullable ISecret masterSecret;
    private @Nullable SubnetSelection vpcSubnets;
    private @Nullable Runtime runtime;
    private @Nullable Architecture architecture;
    private @Nullable Number memorySize;
    private @Nullable Duration timeout;
    private ImmutableMap<String, String> environment = ImmutableMap.of();
    private @Nullable RetentionDays logRetention;
    private @Nullable String trigger;

    Setters() {}

    /**
     * Sets the VPC that the migration is in. Required.
     *
     * @param vpc the VPC, created or imported
     * @return this builder
     */
    public B vpc(IVpc vpc) {
      this.vpc = vpc;
      return self();
    }

    /**
     * Sets the code, with the migrations in it. Required.
     *
     * @param code an asset, or an object in a bucket; inline code only for runtimes that allow it
     * @return this builder
     */
    public B code(Code code) {
      this.code = code;
      return self();
    }

    /**
     * Sets the method that is called with CloudFormation's event. Required.
     *
     * @param handler 1 to 128 characters without blanks, for Java {@code
     *     com.example.MigrationHandler::handleRequest}
     * @return this builder
     */
    public B handler(String handler) {
      this.handler = handler;
      return self();
    }

    /**
     * Sets the database to migrate and the user that the application logs in as. Required. The
     * handler gets them in the environment variables {@code DB_HOST}, {@code DB_PORT}, {@code
     * DB_NAME} and {@code DB_USER}; both security groups are opened on the database's port. The
     * migration waits for the cluster and its instances when this app makes them. It logs in as the
     * master user; making the application's user and granting it what it needs is up to it.
     *
     * @param database the connection that the application is given as well, to a database of the
     *     stack's region
     * @return this builder
     */
    public B database(DatabaseConnection database) {
      this.database = database;
      return self();
    }

    /**
     * Sets the secret that holds the master user's name and password. Required. The handler gets
     * its ARN in the environment variable {@code DB_SECRET_ARN} and the right to read it, also with
     * the customer key that the secret is known to be encrypted with; a key unknown to the CDK must
     * admit the role by itself.
     *
     * @param masterSecret a secret of the stack's region, created or imported
     * @return this builder
     */
    public B masterSecret(ISecret masterSecret) {
      this.masterSecret = masterSecret;
      return self();
    }

    /**
     * Sets the subnets that the migration is in. Default: the VPC's private subnets with egress.
     *
     * @param vpcSubnets a selection of private subnets with a way to Secrets Manager
     * @return this builder
     */
    public B vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = vpcSubnets;
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
     * Sets the memory, and in proportion to it the CPU. Default: 1024 MiB.
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
     * Sets the longest time that all migrations of one deployment may take. Default: 5 minutes.
     *
     * @param timeout whole seconds between 1 and 840; the provider framework that waits for the
     *     handler is a function itself and ends after 900 ("Lambda quotas" in the Lambda developer
     *     guide)
     * @return this builder
     */
    public B timeout(Duration timeout) {
      this.timeout = timeout;
      return self();
    }

    /**
     * Sets further environment variables. They are no place for secrets. Default: none besides
     * those of the database and its secret.
     *
     * @param environment values by name; names of letters, digits and underscores that Lambda does
     *     not set itself; at most 4096 bytes ("Lambda quotas" in the Lambda developer guide)
     * @return this builder
     */
    public B environment(Map<String, String> environment) {
      this.environment = ImmutableMap.copyOf(environment);
      return self();
    }

    /**
     * Sets how long the logs of the migration and of the provider framework are kept. Default: one
     * week.
     *
     * @param logRetention the retention
     * @return this builder
     */
    public B logRetention(RetentionDays logRetention) {
      this.logRetention = logRetention;
      return self();
    }

    /**
     * Sets a text whose change runs the migration again, for example the last migration's number or
     * a hash of their folder. Default: a fingerprint of the code: for an asset the hash of its
     * content, for an object in a bucket its key and version.
     *
     * @param trigger a text that is not empty, or a deploy-time token
     * @return this builder
     */
    public B trigger(String trigger) {
      this.trigger = trigger;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    final SchemaMigrationProps buildProps() {
      Faults faults = Faults.of("SchemaMigrationProps");
      checkRequired(faults);
      PropertyChecks.checkMemory(faults, memorySize);
      PropertyChecks.checkMigrationTimeout(faults, timeout);
      EnvironmentVariables.checkAll(faults, environment, true);
      EnvironmentVariables.checkNoSecretArn(faults, environment);
      PropertyChecks.checkTrigger(faults, trigger);
      faults.throwIfAny();
      return new SchemaMigrationProps(this);
    }

    private void checkRequired(Faults faults) {
      faults.require("vpc", vpc, "set vpc(network.getVpc())");
      faults.require("code", code, "set code(Code.fromAsset(\"target/handler.jar\"))");
      faults.require(
          "handler", handler, "set handler(\"com.example.MigrationHandler::handleRequest\")");
      faults.require("database", database, "set database(cluster.connectionFor(\"payment_app\"))");
      faults.require("masterSecret", masterSecret, "set masterSecret(cluster.getSecret())");
      if (code != null) {
        PropertyChecks.checkCode(faults, code, runtime);
      }
      if (handler != null) {
        PropertyChecks.checkHandler(faults, handler);
      }
    }
  }
}
