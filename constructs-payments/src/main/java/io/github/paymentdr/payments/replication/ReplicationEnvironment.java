package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.Tokenization;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.secretsmanager.ISecret;

/** What the functions are told by their environment. */
final class ReplicationEnvironment {
  /** A connection names a user; the functions take theirs from secrets. */
  private static final String ANY_USER = "dr_replication";

  private ReplicationEnvironment() {}

  static ImmutableMap<String, String> ofGlobalDatabase(DrReplicationProps props, RegionRole role) {
    DrAuroraCluster cluster = props.getCluster();
    return ImmutableMap.<String, String>builder()
        .putAll(ofBoth(props, role, "globalDatabase"))
        .put("GLOBAL_CLUSTER_IDENTIFIER", cluster.getGlobalClusterIdentifier())
        .put("CLUSTER_ARN", cluster.getClusterArn())
        .buildOrThrow();
  }

  static ImmutableMap<String, String> ofLogical(
      DrReplicationProps props, RegionRole role, List<String> schemas, ISecret secret) {
    DrAuroraCluster cluster = props.getCluster();
    DatabaseConnection database = cluster.connectionFor(ANY_USER);
    ImmutableMap.Builder<String, String> variables = ImmutableMap.builder();
    variables
        .putAll(ofBoth(props, role, "logical"))
        .put("DB_HOST", database.getHost())
        .put("DB_PORT", Tokenization.stringifyNumber(database.getPort()))
        .put("DB_NAME", database.getDatabaseName())
        .put("DB_SECRET_ARN", cluster.getSecret().getSecretArn())
        .put("REPLICATION_SECRET_ARN", secret.getSecretArn())
        .put("SCHEMAS", String.join(",", schemas))
        .put("HEARTBEAT_SECONDS", wholeText(props.getHeartbeatInterval().toSeconds()))
        .put("SUBSCRIPTION_SSL_MODE", props.getSubscriptionSslMode().toSslMode());
    putIfSet(variables, "SEQUENCE_GAP", textOf(props.getSequenceGap()));
    putIfSet(variables, "RETAINED_WAL_LIMIT_BYTES", bytesOf(props.getRetainedWalLimit()));
    if (props.getCertificateAuthorities() != null) {
      variables.put("DB_TRUST_STORE_PEM", CertificateLayer.PATH_IN_LAMBDA);
    }
    return variables.buildOrThrow();
  }

  static ImmutableMap<String, String> withReports(
      ImmutableMap<String, String> variables, IBucket reports) {
    return ImmutableMap.<String, String>builder()
        .putAll(variables)
        .put("REPORT_BUCKET", reports.getBucketName())
        .buildOrThrow();
  }

  static @Nullable String bytesOf(@Nullable Size size) {
    return size == null ? null : wholeText(size.toBytes());
  }

  static @Nullable String textOf(@Nullable Number number) {
    return number == null ? null : wholeText(number);
  }

  private static ImmutableMap<String, String> ofBoth(
      DrReplicationProps props, RegionRole role, String replication) {
    RegionPair pair = props.getNames().getRegionPair();
    return ImmutableMap.<String, String>builder()
        .put("REPLICATION", replication)
        .put("PEER_REGION", pair.regionOf(role.peer()))
        .put("INITIAL_ROLE", role == RegionRole.PRIMARY ? "ACTIVE" : "STANDBY")
        .put("CLUSTER_IDENTIFIER", props.getCluster().getClusterIdentifier())
        .put("PEER_CLUSTER_IDENTIFIER", props.getCluster().getPeerClusterIdentifier())
        .buildOrThrow();
  }

  private static void putIfSet(
      ImmutableMap.Builder<String, String> variables, String name, @Nullable String value) {
    if (value != null) {
      variables.put(name, value);
    }
  }

  private static String wholeText(Number number) {
    return Long.toString(number.longValue());
  }
}
