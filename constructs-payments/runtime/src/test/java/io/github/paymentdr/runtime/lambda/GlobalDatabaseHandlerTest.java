package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.aws.GlobalClusterStub;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("D1: the control function of a region with a global database")
class GlobalDatabaseHandlerTest {
  private final AwsStub aws = AwsStub.start();
  private final GlobalClusterStub global = new GlobalClusterStub(aws);
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Map<String, String> environment =
      Map.of(
          "REPLICATION", "globalDatabase",
          "AWS_REGION", "us-west-2",
          "PEER_REGION", "us-east-1",
          "CLUSTER_IDENTIFIER", "payments-west",
          "GLOBAL_CLUSTER_IDENTIFIER", GlobalClusterStub.ID,
          "CLUSTER_ARN", GlobalClusterStub.WEST);

  @AfterEach
  void stop() {
    aws.close();
  }

  private Map<String, Object> call(String event) throws IOException {
    return call(
        new ReplicationHandler(environment, aws.clients(), new PrintStream(output, true, UTF_8)),
        event);
  }

  private static Map<String, Object> call(RequestStreamHandler handler, String event)
      throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(
        new ByteArrayInputStream(event.getBytes(UTF_8)), answer, TestContext.withAllTheTime());
    return TestRegion.parse(answer.toString(UTF_8));
  }

  @Test
  void hasTheSameInterface() throws IOException {
    assertThat(call("{\"RequestType\":\"Create\"}"))
        .isEqualTo(
            Map.of(
                "PhysicalResourceId",
                "replication",
                "Data",
                Map.of("State", "STANDBY", "Role", "STANDBY")));
    assertThat(call("{\"operation\":\"state\"}"))
        .containsEntry("replication", "globalDatabase")
        .containsEntry("role", "STANDBY")
        .containsEntry("epoch", null)
        .containsEntry("fitToTakeOver", true);
    assertThat(call("{\"operation\":\"promote\",\"mode\":\"unplanned\"}"))
        .containsEntry("state", "PROMOTING")
        .containsEntry("epoch", null)
        .containsEntry("alreadyActive", false)
        .containsEntry("lossWindowMillis", null);
    assertThat(call("{\"operation\":\"state\"}")).containsEntry("role", "PROMOTING");
    global.finish();
    assertThat(call("{\"operation\":\"promote\",\"mode\":\"unplanned\"}"))
        .containsEntry("state", "ACTIVE")
        .containsEntry("alreadyActive", true);
    assertThat(call("{\"RequestType\":\"Delete\",\"PhysicalResourceId\":\"replication\"}"))
        .isEqualTo(Map.of("PhysicalResourceId", "replication", "Data", Map.of()));
  }

  @Test
  void measuresItsLagEachMinute() throws IOException {
    aws.on(
        "GetMetricData",
        request ->
            Response.xml(
                "<GetMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
                    + "<GetMetricDataResult><MetricDataResults><member><Id>lag</Id><Values>"
                    + "<member>73.4</member></Values></member></MetricDataResults>"
                    + "</GetMetricDataResult></GetMetricDataResponse>"));
    assertThat(call("{\"operation\":\"maintain\"}")).containsEntry("lagMillis", 73);
    assertThat(output.toString(UTF_8).lines().map(TestRegion::parse))
        .filteredOn(line -> line.containsKey("_aws"))
        .hasSize(1)
        .allSatisfy(
            line ->
                assertThat(line)
                    .containsOnlyKeys("_aws", "ClusterIdentifier", "ReplicationLag", "NotFit")
                    .containsEntry("NotFit", 0)
                    .containsEntry("ClusterIdentifier", "payments-west")
                    .containsEntry("ReplicationLag", 73));
  }

  @Test
  void saysThatAClusterOutsideOfTheGlobalClusterIsNotFit() throws IOException {
    global.detachWest();
    call("{\"operation\":\"maintain\"}");
    assertThat(output.toString(UTF_8).lines().map(TestRegion::parse))
        .filteredOn(line -> line.containsKey("_aws"))
        .singleElement()
        .satisfies(line -> assertThat(line).containsEntry("NotFit", 1));
  }

  @Test
  void hasNoMetricsWhereItIsActive() throws IOException {
    global.operation("switching-over", GlobalClusterStub.WEST).finish();
    call("{\"operation\":\"maintain\"}");
    assertThat(output.toString(UTF_8)).doesNotContain("_aws");
  }

  @Test
  void leavesToAuroraWhatAuroraDoes() {
    assertThatThrownBy(() -> call("{\"operation\":\"rebuild\"}"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(
            "Aurora builds a returning cluster of a global database up by itself");
    assertThatThrownBy(() -> call("{\"operation\":\"drain\"}"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("promote the other region with mode planned");
    assertThatThrownBy(
            () ->
                call(
                    new CredentialRotationHandler(environment, aws.clients(), System.out),
                    "{\"Step\":\"createSecret\",\"SecretId\":\"s\",\"ClientRequestToken\":\"t\"}"))
        .hasMessage("a global database has no replication user; remove the rotation");
  }

  @Test
  void refusesToBeSetUpOutsideOfTheGlobalCluster() {
    global.detachWest();
    assertThatThrownBy(() -> call("{\"RequestType\":\"Update\"}"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("setUp was refused: the cluster " + GlobalClusterStub.WEST);
  }
}
