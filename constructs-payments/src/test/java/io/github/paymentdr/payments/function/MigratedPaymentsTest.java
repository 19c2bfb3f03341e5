package io.github.paymentdr.payments.function;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.payments.alarms.DrAlarms;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.session.SessionGlobalTable;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.assertions.TemplateParsingOptions;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.lambda.Code;

@DisplayName("SchemaMigration between DrAuroraCluster and PaymentFunction")
class MigratedPaymentsTest {
  private static final String CODE = "src/test/resources/schema-migration";
  private static final String RUN = "Custom::SchemaMigration";

  private static final Template REGION = Synthesis.secondary(MigratedPaymentsTest::addRegion);

  private static final Template GLOBAL_PRIMARY =
      Synthesis.primary(
          stack -> {
            Parts parts = Parts.in(stack, AuroraReplication.globalDatabase());
            parts.function().goLiveAfter(parts.migration());
          });

  /** The constructs that need each other in a region. */
  private record Parts(
      DrAuroraCluster database, SchemaMigration migration, PaymentFunction function) {
    static Parts in(Stack stack, AuroraReplication replication) {
      DrNetwork network =
          DrNetwork.Builder.create(stack, "Network").regionPair(Synthesis.PAIR).build();
      DrAuroraCluster database =
          DrAuroraCluster.Builder.create(stack, "Database")
              .names(Synthesis.NAMES)
              .vpc(network.getVpc())
              .vpcSubnets(network.getDatabaseSubnets())
              .instanceType(new InstanceType("r6g.large"))
              .replication(replication)
              .build();
      return of(stack, network, database);
    }

    static Parts of(Stack stack, DrNetwork network, DrAuroraCluster database) {
      DatabaseConnection connection = database.connectionFor("payment_app");
      return new Parts(
          database,
          SchemaMigration.Builder.create(stack, "Schema")
              .vpc(network.getVpc())
              .vpcSubnets(network.getFunctionSubnets())
              .code(Code.fromAsset(CODE))
              .handler("com.example.MigrationHandler::handleRequest")
              .database(connection)
              .masterSecret(database.getSecret())
              .build(),
          PaymentFunction.Builder.create(stack, "Payments")
              .vpc(network.getVpc())
              .vpcSubnets(network.getFunctionSubnets())
              .code(Code.fromAsset(CODE))
              .handler("com.example.PaymentHandler::handleRequest")
              .database(connection)
              .build());
    }
  }

  private static void addRegion(Stack stack) {
    DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
    Parts parts = Parts.in(stack, AuroraReplication.none());
    PaymentFunction function = parts.function().goLiveAfter(parts.migration());
    SessionGlobalTable sessions =
        SessionGlobalTable.Builder.create(stack, "Sessions").names(Synthesis.NAMES).build();
    sessions.grantReadWriteData(function);
    function
        .addEnvironment("SESSION_TABLE", sessions.getTableName())
        .addEnvironment("SCHEMA_VERSION", parts.migration().getSchemaVersion());
    DrAlarms alarms = DrAlarms.Builder.create(stack, "Alarms").regionPair(Synthesis.PAIR).build();
    alarms.monitorCluster(parts.database().getCluster());
    alarms.monitorFunction(function.getAlias());
    alarms.monitorTable(sessions.getTable());
  }

  private static @Nullable Object dependsOn(Template template, String type) {
    return template.findResources(type).values().iterator().next().get("DependsOn");
  }

  private static String onlyIdOf(Template template, String type) {
    Set<String> ids = template.findResources(type).keySet();
    assertThat(ids).hasSize(1);
    return ids.iterator().next();
  }

  @Nested
  class Order {
    @Test
    @DisplayName("the migration runs once the writer is there")
    void migrationWaitsForTheDatabase() {
      for (Template template : List.of(REGION, GLOBAL_PRIMARY)) {
        assertThat(dependsOn(template, RUN).toString())
            .contains(template.findResources("AWS::RDS::DBInstance").keySet())
            .contains(onlyIdOf(template, "AWS::RDS::DBCluster"));
      }
    }

    @Test
    @DisplayName("and once its way to the internet and to the database is there")
    void migrationWaitsForItsWays() {
      assertThat(dependsOn(REGION, RUN).toString())
          .contains("SchemaSecurityGroup", "DatabaseSecurityGroupfromTestStackSchemaSecurityGroup")
          .doesNotContain("Payments");
      assertThat(REGION.findResources("AWS::Lambda::Function"))
          .hasEntrySatisfying(
              new Condition<>(id -> id.startsWith("SchemaFunction"), "the migration"),
              new Condition<>(
                  function ->
                      function
                          .get("DependsOn")
                          .toString()
                          .contains("NetworkVpcFunctionSubnet1DefaultRoute"),
                  "waits for the route out"));
    }

    @Test
    @DisplayName("the payment function's version, and so its alias, waits for the migration")
    void versionWaitsForTheMigration() {
      assertThat(dependsOn(REGION, "AWS::Lambda::Version").toString())
          .contains(onlyIdOf(REGION, RUN));
      assertThat(onlyPropertiesOf(REGION, "AWS::Lambda::Alias"))
          .containsEntry(
              "FunctionVersion",
              Map.of("Fn::GetAtt", List.of(onlyIdOf(REGION, "AWS::Lambda::Version"), "Version")));
    }

    @Test
    @DisplayName("waiting makes no new version of the payment function")
    void waitingIsNoChangeOfTheFunction() {
      Template without =
          Synthesis.primary(stack -> Parts.in(stack, AuroraReplication.globalDatabase()));
      assertThat(onlyIdOf(without, "AWS::Lambda::Version"))
          .isEqualTo(onlyIdOf(GLOBAL_PRIMARY, "AWS::Lambda::Version"));
    }

    @Test
    @DisplayName("a variable added after the fact makes a new version, which still waits")
    void versionWaitsWithALaterEnvironment() {
      Template later =
          Synthesis.primary(
              stack -> {
                Parts parts = Parts.in(stack, AuroraReplication.globalDatabase());
                parts.function().goLiveAfter(parts.migration()).addEnvironment("LATER", "1");
              });
      assertThat(onlyIdOf(later, "AWS::Lambda::Version"))
          .isNotEqualTo(onlyIdOf(GLOBAL_PRIMARY, "AWS::Lambda::Version"));
      assertThat(dependsOn(later, "AWS::Lambda::Version").toString())
          .contains(onlyIdOf(later, RUN));
    }
  }

  @Nested
  class Circles {
    @Test
    void thereAreNone() {
      assertThat(DependencyCycles.in(REGION.toJSON())).isEmpty();
      assertThat(DependencyCycles.in(GLOBAL_PRIMARY.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("none either when the whole payment function waits, as the CDK's own method asks")
    void noneByTheCdksOwnDependency() {
      Template template =
          Synthesis.primary(
              stack -> {
                Parts parts = Parts.in(stack, AuroraReplication.none());
                parts.function().getNode().addDependency(parts.migration());
              });
      assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("none either between two stacks, one with the database and one with its users")
    void noneBetweenStacks() {
      App app = new App();
      Stack data = Synthesis.stackIn(app, "Data", Synthesis.PAIR.getPrimary());
      DrNetwork network =
          DrNetwork.Builder.create(data, "Network").regionPair(Synthesis.PAIR).build();
      DrAuroraCluster database =
          DrAuroraCluster.Builder.create(data, "Database")
              .names(Synthesis.NAMES)
              .vpc(network.getVpc())
              .replication(AuroraReplication.none())
              .build();
      Stack users = Synthesis.stackIn(app, "Users", Synthesis.PAIR.getPrimary());
      Parts parts = Parts.of(users, network, database);
      parts.function().goLiveAfter(parts.migration());
      Template template = Template.fromStack(users);
      assertThat(users.getDependencies()).containsExactly(data);
      assertThat(data.getDependencies()).isEmpty();
      Set<String> rules = template.findResources("AWS::EC2::SecurityGroupIngress").keySet();
      assertThat(rules).hasSize(2);
      assertThat(dependsOn(template, RUN).toString())
          .contains(rules.stream().filter(rule -> rule.startsWith("Schema")).toList());
      assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
      assertThat(DependencyCycles.in(Template.fromStack(data).toJSON())).isEmpty();
    }

    @Test
    @DisplayName("one when the migration waits for the whole database and the function for it")
    void oneThroughTheDatabasesSecurityGroup() {
      Stack stack = Synthesis.primaryStack();
      Parts parts = Parts.in(stack, AuroraReplication.none());
      parts.migration().getNode().addDependency(parts.database());
      parts.function().getNode().addDependency(parts.migration());
      Template template =
          Template.fromStack(
              stack, TemplateParsingOptions.builder().skipCyclicalDependenciesCheck(true).build());
      assertThat(DependencyCycles.in(template.toJSON())).isNotEmpty();
    }
  }

  @Nested
  class Region {
    @Test
    @DisplayName("I1: no wildcard without a written reason in the whole template")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(REGION.toJSON())).isEmpty();
      assertThat(IamWildcards.unexplainedIn(GLOBAL_PRIMARY.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("I1: the migration reads the cluster's secret by its key, and nobody else does")
    void readsTheClustersSecret() {
      for (Template template : List.of(REGION, GLOBAL_PRIMARY)) {
        List<Map<String, Object>> readers =
            propertiesOf(template, "AWS::IAM::Policy").stream()
                .filter(policy -> policy.toString().contains("secretsmanager:GetSecretValue"))
                .toList();
        assertThat(readers).hasSize(1);
        assertThat(readers.get(0).toString()).contains("SchemaRole", "kms:Decrypt", "DatabaseKey");
        assertThat(
                propertiesOf(template, "AWS::KMS::Key").stream()
                    .filter(key -> key.toString().contains("SchemaRole")))
            .as("the database's key must not wait for the migration's role")
            .isEmpty();
      }
    }

    @Test
    @DisplayName("F1: a variable added after the session table is in the payment function")
    void environmentOfTheFunction() {
      Map<String, Object> function =
          propertiesOf(REGION, "AWS::Lambda::Function").stream()
              .filter(found -> found.toString().contains("PaymentHandler"))
              .findFirst()
              .orElseThrow();
      assertThat(child(child(function, "Environment"), "Variables"))
          .containsOnlyKeys(
              "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "SESSION_TABLE", "SCHEMA_VERSION")
          .containsEntry(
              "SCHEMA_VERSION",
              Map.of("Fn::GetAtt", List.of(onlyIdOf(REGION, RUN), "SchemaVersion")));
    }

    @Test
    @DisplayName("G1: every function, role, group and log of the region has the four tags")
    void everythingIsTagged() {
      for (String type :
          List.of(
              "AWS::Lambda::Function",
              "AWS::IAM::Role",
              "AWS::EC2::SecurityGroup",
              "AWS::Logs::LogGroup")) {
        assertThat(propertiesOf(REGION, type))
            .allSatisfy(
                resource ->
                    assertThat(resource.get("Tags").toString())
                        .contains("Environment", "DR-Tier", "ManagedBy", "Application"));
      }
    }

    @Test
    @DisplayName("the secondary of a global database has no writer to migrate")
    void refusesTheSecondaryOfAGlobalDatabase() {
      Stack stack = Synthesis.secondaryStack();
      assertThatThrownBy(() -> Parts.in(stack, AuroraReplication.globalDatabase()))
          .hasMessage(
              "SchemaMigration: database must have a writer, got the secondary cluster of a global"
                  + " database, which takes its schema from the other region; leave the migration"
                  + " out of this stack");
      assertThat(stack.getNode().tryFindChild("Schema")).isNull();
    }
  }
}
