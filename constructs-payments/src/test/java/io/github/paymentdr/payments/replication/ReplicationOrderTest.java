package io.github.paymentdr.payments.replication;

import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.payments.alarms.DrAlarms;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.function.SchemaMigration;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.network.DrPeering;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.lambda.Code;

@DisplayName("DrReplication among the other constructs of a region")
class ReplicationOrderTest {
  private static final String CODE = "src/test/resources/schema-migration";
  private static final String SET_UP = "Custom::DrReplication";

  /** A whole region as an application would write it. */
  private record Region(
      DrPeering peering,
      DrAuroraCluster database,
      SchemaMigration migration,
      PaymentFunction function,
      DrReplication replication) {
    static Region in(Stack stack) {
      return in(stack, Replicated.network(stack, Synthesis.NAMES), stack);
    }

    /** The network in one stack, what uses it in another or the same. */
    static Region in(Stack stack, DrNetwork network, Stack ground) {
      DrPeering peering =
          DrPeering.Builder.create(ground, "Peering")
              .names(Synthesis.NAMES)
              .network(network)
              .build();
      DrAuroraCluster database =
          Replicated.cluster(ground, Synthesis.NAMES, network, AuroraReplication.logical());
      DatabaseConnection connection = database.connectionFor("payment_app");
      SchemaMigration migration =
          SchemaMigration.Builder.create(stack, "Schema")
              .vpc(network.getVpc())
              .vpcSubnets(network.getFunctionSubnets())
              .code(Code.fromAsset(CODE))
              .handler("com.example.MigrationHandler::handleRequest")
              .database(connection)
              .masterSecret(database.getSecret())
              .build();
      PaymentFunction function =
          PaymentFunction.Builder.create(stack, "Payments")
              .vpc(network.getVpc())
              .vpcSubnets(network.getFunctionSubnets())
              .code(Code.fromAsset(CODE))
              .handler("com.example.PaymentHandler::handleRequest")
              .database(connection)
              .build();
      DrReplication replication =
          DrReplication.Builder.create(stack, "Replication")
              .cluster(database)
              .names(Synthesis.NAMES)
              .network(network)
              .schemas(List.of("public"))
              .certificateAuthorities(Replicated.AUTHORITIES)
              .build();
      return new Region(peering, database, migration, function, replication);
    }

    void monitor(Stack stack) {
      DrAlarms alarms = DrAlarms.Builder.create(stack, "Alarms").regionPair(Synthesis.PAIR).build();
      alarms.monitorCluster(database.getCluster());
      alarms.monitorFunction(function.getAlias());
      alarms.monitorReplication(replication);
    }
  }

  /** The ways in which an application may let things wait for each other. */
  private enum Order {
    AS_DOCUMENTED {
      @Override
      void apply(Region region) {
        region
            .replication()
            .startAfter(region.peering(), region.migration())
            .refreshOn(region.migration().getSchemaVersion());
        region.function().goLiveAfter(region.migration());
      }
    },
    PAYMENTS_AFTER_THE_REPLICATION {
      @Override
      void apply(Region region) {
        AS_DOCUMENTED.apply(region);
        region.function().goLiveAfter(region.replication());
      }
    },
    PAYMENTS_WHOLLY_AFTER_THE_REPLICATION {
      @Override
      void apply(Region region) {
        AS_DOCUMENTED.apply(region);
        region.function().getNode().addDependency(region.replication());
      }
    },
    AFTER_THE_WHOLE_DATABASE {
      @Override
      void apply(Region region) {
        AS_DOCUMENTED.apply(region);
        region.replication().startAfter(region.database());
        region.function().goLiveAfter(region.replication());
      }
    },
    BY_THE_VERSION_ALONE {
      @Override
      void apply(Region region) {
        region.replication().refreshOn(region.migration().getSchemaVersion());
        region.function().goLiveAfter(region.migration());
      }
    };

    abstract void apply(Region region);
  }

  private static void addAll(Stack stack, Order order) {
    Region region = Region.in(stack);
    order.apply(region);
    region.monitor(stack);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("no circle, in either region")
  void noCircles(Order order) {
    for (Template template :
        List.of(
            Synthesis.primary(stack -> addAll(stack, order)),
            Synthesis.secondary(stack -> addAll(stack, order)))) {
      assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }
  }

  @Test
  @DisplayName("the set-up waits for the tables and the routes; role and security group do not")
  void onlyTheSetUpWaits() {
    Template template = Synthesis.secondary(stack -> Order.AS_DOCUMENTED.apply(Region.in(stack)));
    Map<String, Map<String, Object>> setUps = template.findResources(SET_UP);
    assertThat(setUps.values().iterator().next().get("DependsOn").toString())
        .contains(template.findResources("Custom::SchemaMigration").keySet())
        .contains(template.findResources("AWS::EC2::VPCPeeringConnection").keySet())
        .contains(template.findResources("Custom::DrPeerRoutes").keySet());
    for (String type : List.of("AWS::IAM::Role", "AWS::EC2::SecurityGroup")) {
      template
          .findResources(type)
          .forEach(
              (id, resource) ->
                  assertThat(String.valueOf(resource.get("DependsOn")))
                      .as(id)
                      .doesNotContain("Peering", "SchemaRun"));
    }
  }

  @Test
  @DisplayName("a new version of the schema runs the set-up again")
  void aNewSchemaRunsItAgain() {
    Template template = Synthesis.primary(stack -> Order.AS_DOCUMENTED.apply(Region.in(stack)));
    Set<String> runs = template.findResources("Custom::SchemaMigration").keySet();
    assertThat(onlyPropertiesOf(template, SET_UP))
        .containsEntry(
            "Versions",
            List.of(Map.of("Fn::GetAtt", List.of(runs.iterator().next(), "SchemaVersion"))));
  }

  @Test
  @DisplayName("none either when network and database are in a stack of their own")
  void noCircleBetweenStacks() {
    App app = new App();
    Stack ground = Synthesis.stackIn(app, "Ground", "us-west-2");
    Stack users = Synthesis.stackIn(app, "Users", "us-west-2");
    Region region = Region.in(users, Replicated.network(ground, Synthesis.NAMES), ground);
    Order.AS_DOCUMENTED.apply(region);
    region.monitor(users);
    Template template = Template.fromStack(users);
    assertThat(users.getDependencies()).containsExactly(ground);
    assertThat(ground.getDependencies()).isEmpty();
    assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
    assertThat(DependencyCycles.in(Template.fromStack(ground).toJSON())).isEmpty();
  }
}
