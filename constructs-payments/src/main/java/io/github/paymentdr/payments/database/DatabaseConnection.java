package io.github.paymentdr.payments.database;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.validation.Faults;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;

/**
 * How a client reaches a database as one database user: the address, the security group to open and
 * the right to log in with an IAM authentication token. It holds no password.
 *
 * <p>{@link DrAuroraCluster#connectionFor} makes them; the builder is for any other Aurora or RDS
 * PostgreSQL database that has IAM authentication enabled.
 */
public final class DatabaseConnection {
  private static final int DEFAULT_PORT = 5432;
  private static final int HIGHEST_PORT = 65_535;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9.-]+");

  /** From "SQL Syntax: Identifiers" in the PostgreSQL documentation: at most 63 bytes. */
  private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private final String host;
  private final @Nullable String readHost;
  private final Number port;
  private final String databaseName;
  private final String user;
  private final String resourceId;
  private final IConnectable connectable;

  private DatabaseConnection(Builder builder) {
    this.host = requireNonNull(builder.host);
    this.readHost = builder.readHost;
    this.port = builder.port == null ? DEFAULT_PORT : builder.port;
    this.databaseName = requireNonNull(builder.databaseName);
    this.user = requireNonNull(builder.user);
    this.resourceId = requireNonNull(builder.resourceId);
    this.connectable = requireNonNull(builder.connectable);
  }

  /** {@return the host name of the writer} */
  public String getHost() {
    return host;
  }

  /**
   * {@return the host name that also reads where this region's writer does not answer, null where
   * the writer's answers in either role}
   */
  public @Nullable String getReadHost() {
    return readHost;
  }

  /** {@return the port, 5432 by default} */
  public Number getPort() {
    return port;
  }

  /** {@return the name of the database} */
  public String getDatabaseName() {
    return databaseName;
  }

  /** {@return the database user, who must have the role {@code rds_iam}} */
  public String getUser() {
    return user;
  }

  /** {@return the database's side of the network connection} */
  public IConnectable getConnectable() {
    return connectable;
  }

  /**
   * Lets somebody log in as this connection's database user, and as no other.
   *
   * @param grantee who may log in
   * @return the grant
   */
  public Grant grantConnect(IGrantable grantee) {
    return Grant.addToPrincipal(
        GrantOnPrincipalOptions.builder()
            .grantee(grantee)
            .actions(ImmutableList.of("rds-db:connect"))
            .resourceArns(ImmutableList.of(userArn()))
            .build());
  }

  private String userArn() {
    return String.format(
        "arn:%s:rds-db:%s:%s:dbuser:%s/%s",
        Aws.PARTITION, Aws.REGION, Aws.ACCOUNT_ID, resourceId, user);
  }

  /** Builds {@link DatabaseConnection}. */
  public static final class Builder implements software.amazon.jsii.Builder<DatabaseConnection> {
    private @Nullable String host;
    private @Nullable String readHost;
    private @Nullable Number port;
    private @Nullable String databaseName;
    private @Nullable String user;
    private @Nullable String resourceId;
    private @Nullable IConnectable connectable;

    private Builder() {}

    /** {@return a new builder} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets the host name of the writer. Required.
     *
     * @param host the host name
     * @return this builder
     */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /**
     * Sets the host name of the readers, for a cluster whose writer does not answer in each role of
     * its region, as that of a global database. Default: none, so the writer reads too.
     *
     * @param readHost the host name, of the same cluster
     * @return this builder
     */
    public Builder readHost(String readHost) {
      this.readHost = readHost;
      return this;
    }

    /**
     * Sets the port. Default: 5432.
     *
     * @param port the port, or a deploy-time token for it
     * @return this builder
     */
    public Builder port(Number port) {
      this.port = port;
      return this;
    }

    /**
     * Sets the name of the database. Required.
     *
     * @param databaseName a lower-case PostgreSQL identifier of at most 63 characters
     * @return this builder
     */
    public Builder databaseName(String databaseName) {
      this.databaseName = databaseName;
      return this;
    }

    /**
     * Sets the database user. Required.
     *
     * @param user a lower-case PostgreSQL identifier of at most 63 characters
     * @return this builder
     */
    public Builder user(String user) {
      this.user = user;
      return this;
    }

    /**
     * Sets the resource id that IAM policies know the database by, for example {@code
     * cluster-ABCDEFGHIJKL}; it is not the cluster's identifier. Required.
     *
     * @param resourceId the resource id
     * @return this builder
     */
    public Builder resourceId(String resourceId) {
      this.resourceId = resourceId;
      return this;
    }

    /**
     * Sets the database's side of the network connection. Required.
     *
     * @param connectable the cluster, instance or security group, in the client's region
     * @return this builder
     */
    public Builder connectable(IConnectable connectable) {
      this.connectable = connectable;
      return this;
    }

    /**
     * Makes the connection.
     *
     * @return the connection
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or not allowed; it names all faults
     */
    @Override
    public DatabaseConnection build() {
      Faults faults = Faults.of("DatabaseConnection");
      faults.require("host", host, "set host(cluster.getClusterEndpoint().getHostname())");
      faults.require(
          "resourceId", resourceId, "set resourceId(cluster.getClusterResourceIdentifier())");
      faults.require("connectable", connectable, "set connectable(cluster)");
      checkText(faults, "host", host);
      checkText(faults, "readHost", readHost);
      checkText(faults, "resourceId", resourceId);
      checkPort(faults, port);
      checkIdentifier(faults, "databaseName", databaseName);
      checkIdentifier(faults, "user", user);
      faults.throwIfAny();
      return new DatabaseConnection(this);
    }

    /** A wildcard in the resource id would let the user log in to other databases too. */
    private static void checkText(Faults faults, String name, @Nullable String value) {
      if (value != null && !Token.isUnresolved(value)) {
        faults.unless(
            PLAIN.matcher(value).matches(),
            name + " must be letters, digits, dots and hyphens, got '" + value + "'");
      }
    }

    private static void checkPort(Faults faults, @Nullable Number port) {
      if (port != null && !Token.isUnresolved(port)) {
        double number = port.doubleValue();
        faults.unless(
            number == Math.rint(number) && number >= 1 && number <= HIGHEST_PORT,
            "port must be between 1 and 65535, got " + port + "; 5432 is usual");
      }
    }

    private static void checkIdentifier(Faults faults, String name, @Nullable String value) {
      faults.require(name, value, "set " + name + "(\"payments\")");
      if (value != null && faults.requireConcrete(name, value)) {
        faults.unless(
            IDENTIFIER.matcher(value).matches(),
            name
                + " must be a lower-case PostgreSQL identifier of at most 63 characters, got '"
                + value
                + "'");
      }
    }
  }
}
