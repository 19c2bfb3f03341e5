package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.testing.TestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The functions of one region, as they are configured there, and its database. */
final class TestRegion {
  static final String MASTER_SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:master";
  static final String REPLICATION_SECRET =
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:replication";

  private final TestServer server;
  private final String database;
  private final Map<String, String> environment = new TreeMap<>();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final ReplicationHandler replication;
  private final CredentialRotationHandler rotation;

  private TestRegion(
      AwsStub aws, TestServer server, TestServer peer, String database, boolean startsActive) {
    this.server = server;
    this.database = database;
    environment.put("REPLICATION", "logical");
    environment.put("AWS_REGION", server.region());
    environment.put("PEER_REGION", peer.region());
    environment.put("INITIAL_ROLE", startsActive ? "ACTIVE" : "STANDBY");
    environment.put("CLUSTER_IDENTIFIER", "payments-" + server.region());
    environment.put("PEER_CLUSTER_IDENTIFIER", "payments-" + peer.region());
    environment.put("DB_HOST", "localhost");
    environment.put("DB_PORT", String.valueOf(server.port()));
    environment.put("DB_NAME", database);
    environment.put("DB_SECRET_ARN", MASTER_SECRET);
    environment.put("REPLICATION_SECRET_ARN", REPLICATION_SECRET);
    environment.put("SCHEMAS", "shop");
    environment.put("HEARTBEAT_SECONDS", "1");
    environment.put("DB_TRUST_STORE_PEM", server.authority().toString());
    PrintStream out = new PrintStream(output, true, UTF_8);
    rotation = new CredentialRotationHandler(Map.copyOf(environment), aws.clients(), out);
    environment.put("REPORT_BUCKET", "reports");
    replication = new ReplicationHandler(environment, aws.clients(), out);
  }

  static TestRegion of(
      AwsStub aws, TestServer server, TestServer peer, String database, boolean startsActive) {
    return new TestRegion(aws, server, peer, database, startsActive);
  }

  /** Lets RDS know where the clusters of both regions are. */
  static void publishClusters(AwsStub aws, TestServer... servers) {
    aws.on("DescribeDBClusters", request -> cluster(request, servers));
  }

  private static Response cluster(Request request, TestServer... servers) {
    for (TestServer server : servers) {
      if (request.text("DBClusterIdentifier").equals("payments-" + server.region())
          && request.region().equals(server.region())) {
        return Response.xml(
            "<DescribeDBClustersResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
                + "<DescribeDBClustersResult><DBClusters><DBCluster><Endpoint>localhost</Endpoint>"
                + "<Port>"
                + server.port()
                + "</Port></DBCluster></DBClusters></DescribeDBClustersResult>"
                + "</DescribeDBClustersResponse>");
      }
    }
    return Response.xmlError(404, "DBClusterNotFoundFault", "DBCluster not found");
  }

  Map<String, String> environment() {
    return environment;
  }

  Map<String, Object> call(String event) {
    return call(event, TestContext.withAllTheTime());
  }

  Map<String, Object> call(String event, Context context) {
    return call(replication, event, context);
  }

  /** Does what the schedule does each minute, in less than one. */
  Map<String, Object> maintain() {
    return call("{\"operation\":\"maintain\"}", TestContext.withMillisToWork(1_200));
  }

  void rotationStep(String step, String token) {
    String event =
        Json.write(
            Map.of("Step", step, "SecretId", REPLICATION_SECRET, "ClientRequestToken", token));
    call(rotation, event, TestContext.withAllTheTime());
  }

  void execute(String... statements) {
    server.execute(database, statements);
  }

  List<String> query(String query) {
    return server.query(database, query);
  }

  /** {@return the log's lines} */
  List<Map<String, Object>> lines() {
    return log().lines().map(TestRegion::parse).toList();
  }

  /** {@return all that was logged} */
  String log() {
    return output.toString(UTF_8);
  }

  private static Map<String, Object> call(
      RequestStreamHandler handler, String event, Context context) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      handler.handleRequest(new ByteArrayInputStream(event.getBytes(UTF_8)), answer, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return answer.size() == 0 ? Map.of() : parse(answer.toString(UTF_8));
  }

  static Map<String, Object> parse(String json) {
    try {
      return Json.readObject(json);
    } catch (IOException e) {
      throw new UncheckedIOException(json, e);
    }
  }
}
