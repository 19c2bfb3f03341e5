package io.github.paymentdr.runtime.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.testing.ControlTableBehindAws;
import io.github.paymentdr.runtime.testing.FunctionUrlStub;
import io.github.paymentdr.runtime.testing.LambdaProcess;
import io.github.paymentdr.runtime.traffic.KeyValueStoreStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The failover's functions in runtime.jar under the Lambda runtime interface client")
@Timeout(180)
class PackagedFailoverTest {
  private static final Path JAR = Path.of("target", "lambda", "runtime.jar");

  @TempDir private Path folder;

  private final AwsStub aws = AwsStub.start();
  private final ControlTableBehindAws table = ControlTableBehindAws.create().behind(aws);
  private final KeyValueStoreStub store = KeyValueStoreStub.behind(aws);
  private final FunctionUrlStub east = FunctionUrlStub.start("us-east-1");
  private final FunctionUrlStub west = FunctionUrlStub.start("us-west-2");
  private final FailoverRegion region =
      new FailoverRegion(aws, table, "us-west-2", "us-east-1", west);

  @AfterEach
  void stop() {
    aws.close();
    east.close();
    west.close();
  }

  @Test
  void registerProbeAndFailOver() throws Exception {
    aws.on("PutMetricData", request -> Response.xml("<PutMetricDataResponse/>"));
    table.put("region/us-east-1", Map.of("functionUrl", east.url()));
    try (LambdaProcess failover =
        LambdaProcess.start(JAR, FailoverHandler.class, environment(), aws)) {
      assertThat(failover.call(region.registration("Create", true)))
          .isEqualTo(Map.of("PhysicalResourceId", "registration", "Data", Map.of()));
      assertThat(store.content())
          .containsEntry("active", "us-east-1")
          .containsEntry("origin.us-west-2", "localhost");

      east.close();
      probeOnce();

      assertThat(
              failover.call(
                  "{\"operation\":\"assess\",\"mode\":\"unplanned\",\"startedBy\":\"alarm\"}"))
          .containsEntry("decision", "GO");
      assertThat(failover.call("{\"operation\":\"openTraffic\",\"epoch\":2}"))
          .containsEntry("errorType", "io.github.paymentdr.runtime.replication.RefusedException");
      table.lease("us-west-2", 2, "ACTIVE");
      assertThat(failover.call("{\"operation\":\"openTraffic\",\"epoch\":2}"))
          .isEqualTo(Map.of("endpoint", true, "moved", true));
      assertThat(store.content()).containsEntry("active", "us-west-2");
      assertThat(failover.call("{\"operation\":\"verify\"}")).isEqualTo(Map.of("verified", true));
      assertThat(failover.call("{\"operation\":\"report\",\"mode\":\"unplanned\"}"))
          .containsEntry("withinObjective", true)
          .containsOnlyKeys("recoverySeconds", "withinObjective", "subject", "message");
      assertThat(failover.call(region.registration("Delete", false)))
          .containsEntry("PhysicalResourceId", "registration");
      assertThat(table.get("region/us-west-2")).isEmpty();
    }
  }

  /** It begins none where there is no time, so that the test need not wait for a minute. */
  private void probeOnce() throws Exception {
    table.remove("region/us-east-1");
    try (LambdaProcess probe = LambdaProcess.start(JAR, ProbeHandler.class, environment(), aws)) {
      assertThat(probe.call("{}")).isEqualTo(Map.of("probes", 0));
      table.put("region/us-east-1", Map.of("functionUrl", east.url()));
      assertThat(probe.call("{}", 7_000)).isEqualTo(Map.of("probes", 1));
      assertThat(probe.output()).anyMatch(line -> line.contains("\"verdict\":\"UNHEALTHY\""));
    }
    assertThat(aws.actions()).contains("PutMetricData");
    assertThat(table.get("probe/us-west-2")).containsKey("unhealthySince");
  }

  /** The store's client puts the account before the host, which must lead here too. */
  private Map<String, String> environment() throws IOException {
    Path hosts = folder.resolve("hosts");
    Files.writeString(hosts, "127.0.0.1 localhost 123456789012.localhost\n");
    Map<String, String> environment = new LinkedHashMap<>(region.environment());
    environment.put("PROBE_TIMEOUT_MILLIS", "5000");
    environment.put("CONFIRM_ATTEMPTS", "1");
    environment.put("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts);
    environment.put(
        "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE",
        "http://localhost:" + aws.endpoint().getPort());
    return environment;
  }
}
