package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.aws.SecretsStub;
import io.github.paymentdr.runtime.testing.LambdaProcess;
import io.github.paymentdr.runtime.testing.PostgresPair;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;

@DisplayName("D1: runtime.jar under the Lambda runtime interface client")
@Timeout(180)
class PackagedRuntimeTest {
  private static final Path JAR = Path.of("target/lambda/runtime.jar");
  private static final PostgresPair SERVERS = PostgresPair.shared();

  /** Enough for the handler to work for a second and a half. */
  private static final long SHORTLY = 16_500;

  private final AwsStub aws = AwsStub.start();
  private final Map<String, SdkBytes> reports = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    aws.close();
  }

  @Test
  void setsUpPromotesAndRebuildsAPair() throws Exception {
    new SecretsStub(aws, "us-east-1")
        .with(TestRegion.MASTER_SECRET, "postgres", "any password")
        .with(TestRegion.REPLICATION_SECRET, "dr_replication_a", "ThePassword");
    TestRegion.publishClusters(aws, SERVERS.east(), SERVERS.west());
    aws.on("PUT", this::putReport).on("GET", this::getReport);
    String database = SERVERS.newDatabase();
    TestRegion east = TestRegion.of(aws, SERVERS.east(), SERVERS.west(), database, true);
    TestRegion west = TestRegion.of(aws, SERVERS.west(), SERVERS.east(), database, false);
    for (TestRegion region : List.of(east, west)) {
      region.execute(
          "create schema shop", "create table shop.sale (id int primary key, what text)");
    }
    east.execute("insert into shop.sale values (1, 'before')");

    try (LambdaProcess inEast = start(east);
        LambdaProcess inWest = start(west)) {
      assertThat(inEast.call("{\"RequestType\":\"Create\",\"ResourceProperties\":{}}"))
          .isEqualTo(
              Map.of(
                  "PhysicalResourceId",
                  "replication",
                  "Data",
                  Map.of("State", "ACTIVE", "Role", "ACTIVE", "Tables", "1")));
      assertThat(inWest.call("{\"RequestType\":\"Create\",\"ResourceProperties\":{}}"))
          .containsEntry("Data", Map.of("State", "STANDBY", "Role", "STANDBY", "Tables", "3"));
      assertThat(inEast.call("{\"operation\":\"maintain\"}", SHORTLY))
          .containsEntry("slotInactive", 0);
      // On a busy machine the first heartbeat may come after the first look.
      for (int i = 0; i < 20 && !tellsItsLag(inWest); i++) {
        assertThat(inWest.call("{\"operation\":\"maintain\"}", SHORTLY))
            .containsEntry("role", "STANDBY")
            .containsEntry("tablesNotInSync", List.of());
      }
      assertThat(tellsItsLag(inWest)).as("output %s", inWest.output()).isTrue();
      assertThat(west.query("select what from shop.sale")).containsExactly("before");

      loseEastAndPromote(west, inWest);
      east.execute("insert into shop.sale values (2, 'accepted and never replicated')");
      west.execute("insert into shop.sale values (3, 'after')");
      rebuild(east, inEast);

      assertThat(inEast.call("{\"operation\":\"nonsense\"}"))
          .containsEntry(
              "errorMessage",
              "operation must be one of setUp, maintain, observe, state, drain, promote,"
                  + " undoHandOver, rebuild,"
                  + " tearDown, got 'nonsense'");
      assertThat(inEast.call("{\"operation\":\"promote\"}"))
          .containsEntry("errorType", "io.github.paymentdr.runtime.replication.RefusedException");
      assertThat(inEast.call("{\"operation\":\"state\"}")).containsEntry("epoch", 7);
      for (LambdaProcess function : List.of(inEast, inWest)) {
        assertThat(function.call("{\"RequestType\":\"Delete\",\"PhysicalResourceId\":\"r\"}"))
            .containsEntry("PhysicalResourceId", "r");
        assertThat(function.output())
            .noneMatch(line -> line.contains("ThePassword") || line.contains("any password"));
        // The interface client itself writes what was thrown, line by line.
        assertThat(function.output())
            .filteredOn(line -> line.startsWith("{"))
            .isNotEmpty()
            .allSatisfy(line -> assertThat(TestRegion.parse(line)).isNotEmpty());
      }
    }
  }

  private static boolean tellsItsLag(LambdaProcess function) {
    return function.output().stream().anyMatch(line -> line.contains("\"ReplicationLag\":"));
  }

  private LambdaProcess start(TestRegion region) {
    return LambdaProcess.start(JAR, ReplicationHandler.class, region.environment(), aws);
  }

  private void loseEastAndPromote(TestRegion west, LambdaProcess inWest)
      throws InterruptedException {
    aws.on("DescribeDBClusters", call -> Response.xmlError(503, "ServiceUnavailable", "gone"));
    Map<String, Object> answer =
        inWest.call("{\"operation\":\"promote\",\"mode\":\"unplanned\",\"epoch\":7}");
    assertThat(answer)
        .containsEntry("state", "ACTIVE")
        .containsEntry("mode", "unplanned")
        .containsEntry("epoch", 7)
        .containsEntry("alreadyActive", false);
    assertThat(answer.keySet())
        .containsExactly(
            "state",
            "mode",
            "epoch",
            "alreadyActive",
            "receivedPosition",
            "appliedPosition",
            "lastReceivedAt",
            "completeUntil",
            "lossWindowMillis");
    assertThat(inWest.call("{\"operation\":\"state\"}"))
        .containsEntry("role", "ACTIVE")
        .containsEntry("epoch", 7);
    assertThat(west.query("select role from dr.node")).containsExactly("ACTIVE");
    TestRegion.publishClusters(aws, SERVERS.east(), SERVERS.west());
  }

  private void rebuild(TestRegion east, LambdaProcess inEast) throws InterruptedException {
    Map<String, Object> answer = inEast.call("{\"operation\":\"rebuild\"}");
    for (int i = 0; i < 20 && !"STANDBY".equals(answer.get("state")); i++) {
      answer = inEast.call("{\"operation\":\"rebuild\"}");
    }
    assertThat(answer).containsEntry("state", "STANDBY").containsEntry("rowsOnlyHere", 1);
    assertThat(String.valueOf(answer.get("report"))).startsWith("s3://reports/rebuild-of-");
    assertThat(reports.values())
        .hasSize(1)
        .allSatisfy(
            report ->
                assertThat(new GZIPInputStream(report.asInputStream()))
                    .asString(UTF_8)
                    .contains("accepted and never replicated"));
    assertThat(east.query("select what from shop.sale order by id"))
        .containsExactly("before", "after");
  }

  private Response putReport(Request request) {
    reports.put(request.path(), SdkBytes.fromByteArray(request.unchunked()));
    return new Response(200, "application/xml", SdkBytes.fromUtf8String(""));
  }

  private Response getReport(Request request) {
    return new Response(200, "text/plain", Objects.requireNonNull(reports.get(request.path())));
  }
}
