package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.payments.alarms.DrAlarms;
import io.github.paymentdr.payments.backup.DrBackupPlan;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.session.SessionGlobalTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The project")
class ProjectShapeTest {
  private static final Path REPOSITORY = Path.of("..");
  private static final Path SOURCES = Path.of("src/main/java/io/github/paymentdr/example");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "software.amazon.awscdk:aws-cdk-lib",
        "software.constructs:constructs",
        "software.amazon.jsii:jsii-runtime",
        "com.google.guava:guava",
        "org.junit.jupiter:junit-jupiter"
      })
  @DisplayName("S1: the library's artifacts depend on the CDK, Guava and JUnit Jupiter")
  void dependencies(String dependency) throws IOException {
    String[] coordinates = dependency.split(":", -1);
    for (String module : List.of("constructs-core", "constructs-payments")) {
      assertThat(Files.readString(REPOSITORY.resolve(module).resolve("pom.xml")))
          .contains(
              "<groupId>"
                  + coordinates[0]
                  + "</groupId>\n      <artifactId>"
                  + coordinates[1]
                  + "<");
    }
  }

  @Test
  @DisplayName("S2: the top level")
  void topLevel() {
    assertThat(
            Stream.of(
                "pom.xml",
                "constructs-core",
                "constructs-payments",
                "example-app",
                "docs",
                "CHANGELOG.md",
                "README.md",
                "LICENSE",
                "CONTRIBUTING.md",
                ".editorconfig",
                ".ci/run"))
        .allMatch(name -> Files.exists(REPOSITORY.resolve(name)));
  }

  @Test
  @DisplayName("S3: the Level-3 constructs are in one artifact, what is not about payments in core")
  void modules() {
    assertThat(
            Stream.of(
                    DrNetwork.class,
                    DrAuroraCluster.class,
                    PaymentFunction.class,
                    SessionGlobalTable.class,
                    DrBackupPlan.class,
                    DrAlarms.class)
                .map(ProjectShapeTest::artifactOf)
                .distinct())
        .containsExactly("constructs-payments");
    assertThat(artifactOf(RegionPair.class)).isEqualTo("constructs-core");
  }

  @Test
  @DisplayName("S4: the example is an entry point and two stacks, composed from the constructs")
  void exampleIsThin() throws IOException {
    assertThat(SOURCES.resolve("PaymentDrApp.java")).exists();
    assertThat(SOURCES.resolve("PrimaryStack.java")).exists();
    assertThat(SOURCES.resolve("SecondaryStack.java")).exists();
    assertThat(Files.readString(SOURCES.resolve("PaymentStack.java"))).doesNotContain("Cfn");
  }

  @Test
  @DisplayName("E6: the sections of a stack stand in the order of the requirements, by their names")
  void sections() throws IOException {
    assertThat(Files.readString(SOURCES.resolve("PaymentStack.java")))
        .containsSubsequence(
            "private DrNetwork addVpc(",
            "addAurora(",
            "addLambda(",
            "addDynamoDb(",
            "addS3(",
            "addSns(",
            "addCloudWatch(",
            "addBackup(",
            "addOutputs(");
  }

  private static String artifactOf(Class<?> type) {
    String location = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    return location.replaceFirst("/target/.*", "").replaceFirst(".*/", "");
  }
}
