package io.github.paymentdr.example.drill.pair;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.aws.SecretsStub;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.SdkBytes;

/** The services of AWS that a region's functions use and that are played: all but the tables. */
final class RegionServices implements AutoCloseable {
  static final String MASTER = "arn:aws:secretsmanager:us-east-1:123456789012:secret:master";
  static final String REPLICATION_USER = "dr_replication_a";
  static final String REPLICATION =
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:replication";

  private final AwsStub stub = AwsStub.start();
  private final Map<String, SdkBytes> reports = new ConcurrentHashMap<>();

  RegionServices() {
    new SecretsStub(stub, "us-east-1")
        .with(MASTER, "postgres", "any password")
        .with(REPLICATION, REPLICATION_USER, "OfTheReplication");
    stub.on("PUT", this::putReport).on("GET", this::getReport);
  }

  /** Finds the port of a cluster by its identifier. */
  @FunctionalInterface
  interface Clusters {
    int portOf(String identifier) throws java.io.IOException;
  }

  /** Takes the points of a metric. */
  @FunctionalInterface
  interface Points {
    void take(String metric, double value);
  }

  URI endpoint() {
    return stub.endpoint();
  }

  /** Plays RDS. */
  void clusters(Clusters clusters) {
    stub.on(
        "DescribeDBClusters",
        request -> cluster(clusters.portOf(request.text("DBClusterIdentifier"))));
  }

  /** Plays CloudWatch. */
  void points(Points points) {
    stub.on("PutMetricData", request -> take(request, points));
  }

  private static Response take(Request request, Points points) {
    for (int i = 1; request.has("MetricData.member." + i + ".MetricName"); i++) {
      String point = "MetricData.member." + i + ".";
      points.take(
          request.text(point + "MetricName"), Double.parseDouble(request.text(point + "Value")));
    }
    return Response.xml(
        "<PutMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
            + "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
            + "</PutMetricDataResponse>");
  }

  /** Reports of rows that only a lost region had. */
  private Response putReport(Request request) {
    reports.put(request.path(), SdkBytes.fromByteArray(request.unchunked()));
    return new Response(200, "application/xml", SdkBytes.fromUtf8String(""));
  }

  private Response getReport(Request request) {
    SdkBytes report = reports.get(request.path());
    return report == null
        ? Response.xmlError(404, "NoSuchKey", "The specified key does not exist.")
        : new Response(200, "text/plain", report);
  }

  private static Response cluster(int port) {
    return Response.xml(
        "<DescribeDBClustersResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
            + "<DescribeDBClustersResult><DBClusters><DBCluster><Endpoint>localhost</Endpoint>"
            + "<Port>"
            + port
            + "</Port></DBCluster></DBClusters></DescribeDBClustersResult>"
            + "</DescribeDBClustersResponse>");
  }

  @Override
  public void close() {
    stub.close();
  }
}
