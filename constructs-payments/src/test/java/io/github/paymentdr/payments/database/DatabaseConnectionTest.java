package io.github.paymentdr.payments.database;

import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;

@DisplayName("DatabaseConnection")
class DatabaseConnectionTest {
  private static final Stack STACK = Synthesis.primaryStack();
  private static final ISecurityGroup GROUP =
      SecurityGroup.fromSecurityGroupId(STACK, "Group", "sg-1");

  private static DatabaseConnection.Builder connection() {
    return DatabaseConnection.Builder.create()
        .host("database.example.com")
        .databaseName("payments")
        .user("payments_app")
        .resourceId("cluster-ABC")
        .connectable(GROUP);
  }

  @Test
  void saysHowToReachTheDatabase() {
    DatabaseConnection connection = connection().port(6543).build();
    assertThat(connection.getHost()).isEqualTo("database.example.com");
    assertThat(connection.getPort()).isEqualTo(6543);
    assertThat(connection.getDatabaseName()).isEqualTo("payments");
    assertThat(connection.getUser()).isEqualTo("payments_app");
    assertThat(connection.getConnectable()).isSameAs(GROUP);
    assertThat(connection().build().getPort()).isEqualTo(5432);
    assertThat(connection().build().getReadHost()).isNull();
    assertThat(connection().readHost("reader.example.com").build().getReadHost())
        .isEqualTo("reader.example.com");
  }

  @Test
  @DisplayName("I1: the right to log in names one user of one database")
  void grantsConnectNarrowly() {
    Role role =
        Role.Builder.create(STACK, "Role")
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .build();
    connection().build().grantConnect(role).assertSuccess();
    Template template = Template.fromStack(STACK);
    assertThat(onlyPropertiesOf(template, "AWS::IAM::Policy").toString())
        .contains("Action=rds-db:connect", ":dbuser:cluster-ABC/payments_app");
    assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
  }

  @Test
  void namesAllFaultsAtOnce() {
    assertThatThrownBy(() -> DatabaseConnection.Builder.create().user("Payments App").build())
        .hasMessage(
            "DatabaseConnection has 5 faults:\n"
                + "  - host is required; set host(cluster.getClusterEndpoint().getHostname())\n"
                + "  - resourceId is required; set"
                + " resourceId(cluster.getClusterResourceIdentifier())\n"
                + "  - connectable is required; set connectable(cluster)\n"
                + "  - databaseName is required; set databaseName(\"payments\")\n"
                + "  - user must be a lower-case PostgreSQL identifier of at most 63 characters, got"
                + " 'Payments App'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1user", "payments-app", "app*", "ünsal"})
  void refusesUsers(String user) {
    assertThatThrownBy(() -> connection().user(user).build())
        .hasMessage(
            "DatabaseConnection: user must be a lower-case PostgreSQL identifier of at most 63"
                + " characters, got '"
                + user
                + "'");
  }

  @Test
  void refusesATokenAsUser() {
    assertThatThrownBy(() -> connection().user(Token.asString(Map.of("Ref", "User"))).build())
        .hasMessage(
            "DatabaseConnection: user must be known at synthesis, got a deploy-time token; pass a"
                + " literal value");
  }
}
