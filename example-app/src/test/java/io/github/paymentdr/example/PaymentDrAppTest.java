package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The app")
class PaymentDrAppTest {
  private static final AppProcess ELSEWHERE =
      AppProcess.start(
          "elsewhere",
          Map.of(),
          "-Duser.language=tr",
          "-Duser.country=TR",
          "-Duser.timezone=Asia/Tokyo");

  private static final AppProcess GLOBAL_DATABASE =
      AppProcess.start(
          "global-database",
          Map.of(
              "PAYMENT_DR_REPLICATION_MODE", "globalDatabase",
              "PAYMENT_DR_INSTANCE_CLASS", "db.r6g.large"));

  private static final AppProcess EUROPE =
      AppProcess.start(
          "europe",
          Map.of(
              "PAYMENT_DR_PRIMARY_REGION", "eu-west-1",
              "PAYMENT_DR_SECONDARY_REGION", "eu-central-1",
              "PAYMENT_DR_SUFFIX", "blue",
              "PAYMENT_DR_ALERT_EMAILS", "one@example.com,two@example.com",
              "PAYMENT_DR_PRIMARY_CIDR", "10.8.0.0/20",
              "PAYMENT_DR_SECONDARY_CIDR", "10.8.16.0/20"));

  private static final AppProcess ASIA_PACIFIC =
      AppProcess.start(
          "asia-pacific",
          Map.of(
              "PAYMENT_DR_PRIMARY_REGION", "ap-northeast-1",
              "PAYMENT_DR_SECONDARY_REGION", "ap-southeast-2"));

  private static final AppProcess PRIMARY_LOST =
      AppProcess.start(
          "primary-lost",
          Map.of(
              "CDK_CONTEXT_JSON", "{\"suffix\":\"green\"}",
              "PAYMENT_DR_SUFFIX", "blue",
              "PAYMENT_DR_READ_PRIMARY_OUTPUTS", "false"));

  private static final AppProcess WRONG =
      AppProcess.start(
          "wrong",
          Map.of(
              "PAYMENT_DR_PRIMARY_REGION", "us-east-1",
              "PAYMENT_DR_SECONDARY_REGION", "us-east-1",
              "PAYMENT_DR_INSTANCE_CLASS", "t3.medium",
              "PAYMENT_DR_REPLICATION_MODE", "physical"));

  private static final AppProcess NO_REPLICATION =
      AppProcess.start("no-replication", Map.of("PAYMENT_DR_REPLICATION_MODE", "none"));

  private static final AppProcess BURSTABLE_GLOBAL_DATABASE =
      AppProcess.start(
          "burstable-global-database", Map.of("PAYMENT_DR_REPLICATION_MODE", "globalDatabase"));

  private static final AppProcess NO_SUCH_CLASS =
      AppProcess.start("no-such-class", Map.of("PAYMENT_DR_INSTANCE_CLASS", "db.foo.bar"));

  @Test
  @DisplayName("E2: the same configuration gives the same bytes in any locale and time zone")
  void isDeterministic() {
    assertThat(ELSEWHERE.exitCode()).as(ELSEWHERE.output()).isZero();
    for (String stack : new String[] {"PrimaryStack", "SecondaryStack"}) {
      String template = stack + ".template.json";
      assertThat(ELSEWHERE.assembly().resolve(template))
          .hasSameBinaryContentAs(Path.of("cdk.out", template));
    }
  }

  @Test
  @DisplayName("D3: a global database joins both clusters, on a class that allows it")
  void globalDatabase() {
    assertThat(GLOBAL_DATABASE.exitCode()).as(GLOBAL_DATABASE.output()).isZero();
    RegionTemplate primary = GLOBAL_DATABASE.stack("PrimaryStack");
    RegionTemplate secondary = GLOBAL_DATABASE.stack("SecondaryStack");
    assertThat(RecoveryLine.in(GLOBAL_DATABASE.output()).secondsOf("PrimaryStack, SecondaryStack"))
        .isLessThan(300);
    assertThat(primary.count("AWS::RDS::GlobalCluster")).isEqualTo(1);
    assertThat(secondary.count("AWS::RDS::GlobalCluster")).isZero();
    assertThat(secondary.text("AWS::RDS::DBCluster", "/GlobalClusterIdentifier"))
        .isEqualTo("payment-dr-database-prod");
    assertThat(secondary.first("AWS::RDS::DBCluster").orElseThrow().has("MasterUsername"))
        .isFalse();
    assertThat(secondary.template().toString()).contains("AuroraGlobalDBRPOLag");
    assertThat(primary.count("Custom::SchemaMigration")).isEqualTo(1);
    assertThat(secondary.count("Custom::SchemaMigration")).isZero();
  }

  @Test
  @DisplayName(
      "D3: a region of a global database reads from its readers, which answer in each role")
  void globalDatabaseIsReadFromItsReaders() {
    for (String stack : new String[] {"PrimaryStack", "SecondaryStack"}) {
      JsonNode variables =
          GLOBAL_DATABASE
              .stack(stack)
              .functionWith("DB_READ_HOST")
              .orElseThrow()
              .at("/Environment/Variables");
      assertThat(variables.has("SESSION_TABLE")).isTrue();
      assertThat(variables.at("/DB_HOST/Fn::GetAtt/1").asText()).isEqualTo("Endpoint.Address");
      assertThat(variables.at("/DB_READ_HOST/Fn::GetAtt/1").asText())
          .isEqualTo("ReadEndpoint.Address");
      assertThat(NO_REPLICATION.stack(stack).functionWith("DB_READ_HOST")).isEmpty();
    }
  }

  @Test
  @DisplayName("D3: a global database needs no way of its own between the regions")
  void globalDatabaseIsControlledWithoutPeering() {
    for (String stack : new String[] {"PrimaryStack", "SecondaryStack"}) {
      RegionTemplate region = GLOBAL_DATABASE.stack(stack);
      assertThat(region.functionWith("REPLICATION")).isPresent();
      assertThat(region.count("AWS::EC2::VPCPeeringConnection")).isZero();
      assertThat(region.count("Custom::DrReplication")).isZero();
    }
  }

  @Test
  @DisplayName("D3: without replication there is nothing that controls it, and a warning says so")
  void noReplication() {
    assertThat(NO_REPLICATION.exitCode()).as(NO_REPLICATION.output()).isZero();
    assertThat(NO_REPLICATION.output()).contains("[@payment-dr/database:noReplication]");
    for (String stack : new String[] {"PrimaryStack", "SecondaryStack"}) {
      RegionTemplate region = NO_REPLICATION.stack(stack);
      assertThat(region.functionWith("REPLICATION")).isEmpty();
      assertThat(region.count("AWS::EC2::VPCPeeringConnection")).isZero();
    }
  }

  @Test
  @DisplayName("B4: another pair of regions, with addresses and a suffix of its own")
  void anotherPair() {
    assertThat(EUROPE.exitCode()).as(EUROPE.output()).isZero();
    assertThat(EUROPE.output()).contains("eu-west-1", "eu-central-1", "suffix blue");
    RegionTemplate secondary = EUROPE.stack("SecondaryStack");
    assertThat(secondary.text("AWS::EC2::VPC", "/CidrBlock")).isEqualTo("10.8.16.0/20");
    assertThat(secondary.template().toString()).doesNotContain("us-east-1");
  }

  @Test
  @DisplayName("M1: each address is subscribed in both regions")
  void subscribesEachAddress() {
    for (String stack : new String[] {"PrimaryStack", "SecondaryStack"}) {
      assertThat(EUROPE.stack(stack).all("AWS::SNS::Subscription"))
          .extracting(subscription -> subscription.path("Endpoint").asText())
          .containsExactlyInAnyOrder("one@example.com", "two@example.com");
    }
  }

  @Test
  @DisplayName("N1: zones that every account has, where a region's are not a, b and c")
  void zonesOfTokyo() {
    assertThat(ASIA_PACIFIC.exitCode()).as(ASIA_PACIFIC.output()).isZero();
    assertThat(ASIA_PACIFIC.stack("PrimaryStack").zones())
        .containsExactly("ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d");
  }

  @Test
  @DisplayName("E4: the secondary can be changed while the primary region is lost")
  void readsNothingFromALostPrimary() {
    assertThat(PRIMARY_LOST.exitCode()).as(PRIMARY_LOST.output()).isZero();
    assertThat(PRIMARY_LOST.stack("SecondaryStack").template().toString())
        .doesNotContain("Fn::GetStackOutput");
  }

  @Test
  @DisplayName("E4: the standby's replication takes nothing from the primary's stack")
  void replicationReadsNothingFromThePrimary() {
    JsonNode resources = ELSEWHERE.stack("SecondaryStack").template().path("Resources");
    assertThat(resources.toString())
        .contains("Custom::DrReplication", "AWS::EC2::VPCPeeringConnection")
        .doesNotContain("Fn::GetStackOutput");
    assertThat(withoutNamesOf(PRIMARY_LOST, "green")).isEqualTo(withoutNamesOf(ELSEWHERE, "prod"));
  }

  /** A function's version has a hash of its settings in its name, the suffix among them. */
  private static String withoutNamesOf(AppProcess app, String suffix) {
    return app.stack("SecondaryStack")
        .template()
        .path("Resources")
        .toString()
        .replace("-" + suffix, "")
        .replaceAll("CurrentVersion[0-9A-F]{8}[0-9a-f]{32}", "CurrentVersion");
  }

  @Test
  @DisplayName("E3: a lost primary is not deployed along with the secondary")
  void doesNotDependOnALostPrimary() throws IOException {
    JsonNode manifest =
        new ObjectMapper().readTree(PRIMARY_LOST.assembly().resolve("manifest.json").toFile());
    assertThat(manifest.at("/artifacts/SecondaryStack/dependencies").toString())
        .contains("\"SecondaryStack.assets\"")
        .doesNotContain("\"PrimaryStack\"");
  }

  @Test
  @DisplayName("E1: the suffix from context goes before the environment's")
  void contextGoesBeforeEnvironment() {
    assertThat(PRIMARY_LOST.output()).contains("suffix green").doesNotContain("blue");
    assertThat(PRIMARY_LOST.stack("PrimaryStack").template().toString())
        .contains("payment-dr-sessions-green");
    assertThat(PRIMARY_LOST.stack("SecondaryStack").template().toString())
        .contains("payment-dr-sessions-green");
  }

  @Test
  void saysAllThatIsWrongWithItsSettingsAndWritesNothing() {
    assertThat(WRONG.exitCode()).isEqualTo(1);
    assertThat(WRONG.output())
        .isEqualTo(
            """
            cannot synthesise the pair: settings has 3 faults:
              - primary and secondary region must differ, got us-east-1 twice; choose a second region
              - instanceClass from environment variable PAYMENT_DR_INSTANCE_CLASS is 't3.medium': \
            use an RDS instance class such as db.r6g.large
              - replicationMode from environment variable PAYMENT_DR_REPLICATION_MODE is 'physical': \
            use one of none, logical, globalDatabase
            """);
    assertThat(WRONG.assembly().resolve("manifest.json")).doesNotExist();
  }

  @Test
  @DisplayName("D3: a global database is refused on a burstable class, without a stack trace")
  void refusesABurstableGlobalDatabase() {
    assertThat(BURSTABLE_GLOBAL_DATABASE.exitCode()).isEqualTo(1);
    assertThat(BURSTABLE_GLOBAL_DATABASE.output())
        .startsWith("cannot synthesise the pair: DrAuroraClusterProps: instanceType must be")
        .contains("t3.medium")
        .hasLineCount(1);
    assertThat(BURSTABLE_GLOBAL_DATABASE.assembly().resolve("manifest.json")).doesNotExist();
  }

  @Test
  @DisplayName("D1: an instance class that does not exist is named, without a stack trace of Java")
  void refusesAnUnknownInstanceClass() {
    assertThat(NO_SUCH_CLASS.exitCode()).isEqualTo(1);
    assertThat(NO_SUCH_CLASS.output())
        .contains(
            "cannot synthesise the pair: ValidationFailed: Validation failed.",
            "ERROR DBInstanceClass: 'db.foo.bar' is not one of")
        .doesNotContain("Exception in thread", "\tat ", "jsii");
  }

  @Test
  void saysWhatIsWrongWithCdkJson(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("cdk.json");
    assertThatThrownBy(() -> PaymentDrApp.contextOf(file))
        .hasMessage(file + ": the file does not exist; run the app from the folder example-app");
    Files.writeString(file, "{\"context\": ");
    assertThatThrownBy(() -> PaymentDrApp.contextOf(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": the file must be JSON: Unexpected end-of-input");
    Files.writeString(file, "{\"context\": \"suffix\"}");
    assertThatThrownBy(() -> PaymentDrApp.contextOf(file))
        .hasMessage(
            file + ": context must be a JSON object, got \"suffix\"; write {\"context\": {...}}");
    for (String withoutContext : new String[] {"{}", "{\"context\": null}"}) {
      Files.writeString(file, withoutContext);
      assertThat(PaymentDrApp.contextOf(file)).isEmpty();
    }
  }
}
