package io.github.paymentdr.runtime.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.aws.SecretsStub;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.testing.PostgresPair;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("D1: what is wrong is said so that an operator knows what to do")
@Timeout(120)
class ReplicationHandlerFaultsTest {
  private static final PostgresPair SERVERS = PostgresPair.shared();
  private static final String CREATE = "{\"RequestType\":\"Create\",\"ResourceProperties\":{}}";

  private final AwsStub aws = AwsStub.start();
  private final String database = SERVERS.newDatabase();
  private final TestRegion east =
      TestRegion.of(aws, SERVERS.east(), SERVERS.west(), database, true);
  private final TestRegion west =
      TestRegion.of(aws, SERVERS.west(), SERVERS.east(), database, false);

  @BeforeEach
  void deploy() {
    new SecretsStub(aws, "us-east-1")
        .with(TestRegion.MASTER_SECRET, "postgres", "any password")
        .with(TestRegion.REPLICATION_SECRET, "dr_replication_a", "ThePassword");
    TestRegion.publishClusters(aws, SERVERS.east(), SERVERS.west());
    for (TestRegion region : List.of(east, west)) {
      region.execute(
          "create schema shop", "create table shop.sale (id int primary key, what text)");
    }
  }

  @AfterEach
  void stop() {
    aws.close();
  }

  private static String operation(String name) {
    return "{\"operation\":\"" + name + "\"}";
  }

  @Test
  void ofTheEnvironmentAreAllNamedAtOnce() {
    east.environment().keySet().removeAll(List.of("DB_NAME", "REPORT_BUCKET", "SCHEMAS"));
    east.environment().put("DB_PORT", "http");
    east.environment().put("INITIAL_ROLE", "PRIMARY");
    east.environment().put("PEER_REGION", "us-east-1");
    east.environment().put("HEARTBEAT_SECONDS", "0");
    east.environment().put("SUBSCRIPTION_SSL_MODE", "disable");
    east.environment().put("SEQUENCE_GAP", "-1");
    east.environment().put("DB_TRUST_STORE_PEM", "/does/not/exist.pem");
    assertThatThrownBy(() -> east.call(operation("state")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the function's environment variables are wrong: PEER_REGION must be another region"
                + " than 'us-east-1'; DB_NAME must be set; INITIAL_ROLE must be ACTIVE or STANDBY,"
                + " got 'PRIMARY'; SCHEMAS must be set; SEQUENCE_GAP must be a whole number of at"
                + " least 0, got '-1'; HEARTBEAT_SECONDS must be a whole number of at least 1 and"
                + " at most 60, got '0'; SUBSCRIPTION_SSL_MODE must be verify-full or require, got"
                + " 'disable'; DB_PORT must be a whole number of at least 1 and at most 65535, got"
                + " 'http'; DB_TRUST_STORE_PEM must name a readable PEM file, got"
                + " '/does/not/exist.pem'; REPORT_BUCKET must be set");
  }

  @Test
  void ofTheEventSayWhatIsKnown() {
    assertThatThrownBy(() -> east.call(operation("failover")))
        .hasMessage(
            "operation must be one of setUp, maintain, observe, state, drain, promote,"
                + " undoHandOver, rebuild,"
                + " tearDown, got 'failover'");
    assertThatThrownBy(() -> east.call("{}")).hasMessageEndingWith("tearDown, got none");
    assertThatThrownBy(() -> east.call("{\"RequestType\":\"Drop\"}"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("RequestType must be Create, Update or Delete, got Drop");
  }

  @Test
  void ofTheSecretsDoNotQuoteThem() {
    aws.on(
        "secretsmanager.GetSecretValue",
        call ->
            Response.json(
                Map.of("SecretString", "{\"username\":\"x\",\"pass\":\"Sec", "VersionId", "1")));
    assertThatThrownBy(() -> east.call(operation("observe")))
        .isInstanceOf(ControlException.class)
        .hasMessageEndingWith(
            "the secret "
                + TestRegion.MASTER_SECRET
                + " must be a JSON object with username and password")
        .hasNoCause();
    aws.on(
        "secretsmanager.GetSecretValue",
        call -> Response.jsonError(400, "AccessDeniedException", "not you"));
    assertThatThrownBy(() -> east.call(operation("observe")))
        .hasMessageEndingWith("AccessDeniedException (not you); allow it to the function's role");
    assertThat(east.call(operation("state"))).containsEntry("role", "UNKNOWN");
  }

  @Test
  void thatPassAreNotSeen() {
    aws.once(
        "secretsmanager.GetSecretValue",
        call -> Response.jsonError(400, "ThrottlingException", "slow down"));
    aws.once(
        "secretsmanager.GetSecretValue",
        call -> Response.jsonError(500, "InternalServiceError", "oops"));
    assertThat(east.call(operation("observe"))).containsEntry("role", "UNKNOWN");
  }

  @Test
  void areShortEnoughForCloudFormationHoweverManyThereAre() {
    for (int i = 0; i < 40; i++) {
      east.execute("create unlogged table shop.unlogged_" + i + " (id int)");
    }
    assertThatThrownBy(() -> east.call(CREATE))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("setUp was refused: ")
        .hasMessageMatching("(?s).*; \\d+ more reasons are in the function's log")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(1_000));
    assertThat(east.log()).contains("unlogged_39");
  }

  @Test
  void ofAStandbyWhoseOtherRegionIsUnknownSayWhatToDo() {
    aws.on("DescribeDBClusters", call -> Response.xmlError(404, "DBClusterNotFoundFault", "no"));
    assertThatThrownBy(() -> west.call(CREATE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("it is not known where the database of us-east-1 is")
        .hasMessageContaining("run its set-up first");
  }

  @Test
  void ofAPairWhoseLeaseNamesTheOtherRegionKeepANewDatabaseFromBeingTheFirst() {
    east.environment().put("CONTROL_TABLE", "payments-control");
    aws.on(
        "DynamoDB_20120810.GetItem",
        call ->
            Response.json(
                Map.of(
                    "Item",
                    Map.of(
                        "id", Map.of("S", "lease"),
                        "activeRegion", Map.of("S", "us-west-2"),
                        "epoch", Map.of("N", "2"),
                        "state", Map.of("S", "ACTIVATING")))));
    assertThatThrownBy(() -> east.call(CREATE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the lease names us-west-2 in epoch 2");
    aws.on(
        "DynamoDB_20120810.GetItem",
        call -> Response.jsonError(400, "ResourceNotFoundException", "no such table"));
    assertThat(east.call(operation("setUp"))).containsEntry("role", "ACTIVE");
    assertThat(east.log()).contains("the lease cannot be read").contains("no such table");
    assertThat(aws.requests())
        .filteredOn(request -> request.action().startsWith("DynamoDB"))
        .allSatisfy(
            request ->
                assertThat(request.members())
                    .containsEntry("TableName", "payments-control")
                    .containsEntry("ConsistentRead", true));
  }

  @Test
  void ofADatabaseThatDoesNotAnswerAreAStateToo() {
    east.environment().put("DB_PORT", "1");
    assertThat(east.call(operation("state")))
        .containsEntry("role", "UNKNOWN")
        .containsEntry("fitToTakeOver", false);
    assertThatThrownBy(() -> east.call(operation("observe")))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("localhost:1");
  }
}
