package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the app as Maven and the CDK CLI do: a process of its own, CloudFormation's rules in strict
 * mode, no AWS credentials.
 */
@DisplayName("The app")
class PaymentDrAppTest {
  private static final List<String> TEMPLATES =
      List.of("PrimaryStack.template.json", "SecondaryStack.template.json");

  @TempDir private Path folder;

  @Test
  @DisplayName("E2: the same configuration gives the same bytes in any locale and time zone")
  void isDeterministic() throws Exception {
    Run run =
        run(Map.of(), "-Duser.language=tr", "-Duser.country=TR", "-Duser.timezone=Asia/Tokyo");
    assertThat(run.exitCode()).as(run.output()).isZero();
    for (String template : TEMPLATES) {
      assertThat(folder.resolve(template)).hasSameBinaryContentAs(Path.of("cdk.out", template));
    }
  }

  @Test
  @DisplayName("D3: a global database joins both clusters, on a class that allows it")
  void globalDatabase() throws Exception {
    Run run =
        run(
            Map.of(
                "PAYMENT_DR_REPLICATION_MODE", "globalDatabase",
                "PAYMENT_DR_INSTANCE_CLASS", "db.r6g.large"));
    assertThat(run.exitCode()).as(run.output()).isZero();
    RegionTemplate primary = RegionTemplate.read(folder, "PrimaryStack");
    RegionTemplate secondary = RegionTemplate.read(folder, "SecondaryStack");
    assertThat(primary.count("AWS::RDS::GlobalCluster")).isEqualTo(1);
    assertThat(secondary.count("AWS::RDS::GlobalCluster")).isZero();
    assertThat(secondary.text("AWS::RDS::DBCluster", "/GlobalClusterIdentifier"))
        .isEqualTo("payment-dr-database-prod");
    assertThat(secondary.first("AWS::RDS::DBCluster").orElseThrow().has("MasterUsername"))
        .isFalse();
  }

  @Test
  @DisplayName("B4: another pair of regions, with addresses and a suffix of its own")
  void anotherPair() throws Exception {
    Run run =
        run(
            Map.of(
                "PAYMENT_DR_PRIMARY_REGION", "eu-west-1",
                "PAYMENT_DR_SECONDARY_REGION", "eu-central-1",
                "PAYMENT_DR_SUFFIX", "blue",
                "PAYMENT_DR_ALERT_EMAILS", "one@example.com,two@example.com",
                "PAYMENT_DR_PRIMARY_CIDR", "10.8.0.0/20",
                "PAYMENT_DR_SECONDARY_CIDR", "10.8.16.0/20"));
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("eu-west-1").contains("eu-central-1").contains("blue");
    RegionTemplate secondary = RegionTemplate.read(folder, "SecondaryStack");
    assertThat(secondary.text("AWS::EC2::VPC", "/CidrBlock")).isEqualTo("10.8.16.0/20");
    assertThat(secondary.count("AWS::SNS::Subscription")).isEqualTo(2);
    assertThat(secondary.template().toString()).doesNotContain("us-east-1");
  }

  @Test
  @DisplayName("E4: the secondary can be changed while the primary region is lost")
  void readsNothingFromALostPrimary() throws Exception {
    Run run = run(Map.of("PAYMENT_DR_READ_PRIMARY_OUTPUTS", "false"));
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(RegionTemplate.read(folder, "SecondaryStack").template().toString())
        .doesNotContain("Fn::GetStackOutput");
  }

  @Test
  @DisplayName("E1: context goes before environment")
  void contextGoesBeforeEnvironment() throws Exception {
    Run run =
        run(
            Map.of(
                "CDK_CONTEXT_JSON", "{\"suffix\":\"green\"}",
                "PAYMENT_DR_SUFFIX", "blue"));
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("green").doesNotContain("blue");
  }

  @Test
  void saysAllThatIsWrongWithItsSettingsAndWritesNothing() throws Exception {
    Run run =
        run(
            Map.of(
                "PAYMENT_DR_PRIMARY_REGION", "us-east-1",
                "PAYMENT_DR_SECONDARY_REGION", "us-east-1",
                "PAYMENT_DR_INSTANCE_CLASS", "t3.medium",
                "PAYMENT_DR_REPLICATION_MODE", "logical"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .isEqualTo(
            """
            cannot synthesise the pair: settings has 3 faults:
              - primary and secondary region must differ, got us-east-1 twice; choose a second region
              - instanceClass from environment variable PAYMENT_DR_INSTANCE_CLASS is 't3.medium': \
            use an RDS instance class such as db.r6g.large
              - replicationMode from environment variable PAYMENT_DR_REPLICATION_MODE is 'logical': \
            use one of none, globalDatabase
            """);
    assertThat(folder).isEmptyDirectory();
  }

  private record Run(int exitCode, String output) {}

  private Run run(Map<String, String> environment, String... jvmOptions)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PaymentDrApp.class.getName());
    Path output = Files.createTempFile("payment-dr-app", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.directory(new File("").getAbsoluteFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().remove("CDK_VALIDATION");
    builder.environment().put("CDK_OUTDIR", folder.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("finished in time").isTrue();
      return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }
}
