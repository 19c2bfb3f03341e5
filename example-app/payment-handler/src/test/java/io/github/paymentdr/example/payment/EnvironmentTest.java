package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F1: the function's environment")
class EnvironmentTest {
  @Test
  void namesWhatIsMissing() {
    assertThatThrownBy(() -> new Environment(Map.of()).text("DB_HOST"))
        .hasMessage("the environment variable DB_HOST must be set");
  }

  @Test
  void roleIsOneOfTwo() {
    assertThat(region("SECONDARY").role()).isEqualTo(Region.Role.SECONDARY);
    assertThatThrownBy(() -> region("primary"))
        .hasMessage("REGION_ROLE must be PRIMARY or SECONDARY, got 'primary'");
  }

  private static Region region(String role) {
    return new Environment(Map.of("REGION_ROLE", role, "AWS_REGION", "us-east-1")).region();
  }

  @ParameterizedTest
  @ValueSource(strings = {"99", "60001", "-5000", "5 s", "5000.0", "99999999999"})
  void leaseTimeIsATenthOfASecondToAMinute(String millis) {
    assertThat(new Environment(Map.of("LEASE_MILLIS", "5000")).leaseTime())
        .isEqualTo(Duration.ofSeconds(5));
    assertThatThrownBy(() -> new Environment(Map.of("LEASE_MILLIS", millis)).leaseTime())
        .hasMessage("LEASE_MILLIS must be a whole number from 100 to 60000, got '" + millis + "'");
  }

  @Test
  void leaseTimeIsRequired() {
    assertThatThrownBy(() -> new Environment(Map.of()).leaseTime())
        .hasMessage("the environment variable LEASE_MILLIS must be set");
  }

  @Test
  void withoutCertificatesThereIsNoConnection() {
    assertThatThrownBy(() -> database(Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the database's certificate cannot be verified: the certificates of the RDS authorities"
                + " were not deployed; download their bundle from AWS and deploy it as the"
                + " documentation of this function says, or name a file in DB_TRUST_STORE_PEM");
  }

  @Test
  void fileOfCertificatesMustExist() {
    assertThatThrownBy(() -> database(Map.of("DB_TRUST_STORE_PEM", "/nowhere.pem")))
        .hasMessage("DB_TRUST_STORE_PEM must name a readable PEM file, got '/nowhere.pem'");
  }

  @Test
  void portIsANumber() {
    assertThatThrownBy(() -> database(Map.of("DB_PORT", "pg")))
        .hasMessage("DB_PORT must be a number, got 'pg'");
  }

  @Test
  void readsWhereItWritesUnlessItIsToldOtherwise() {
    String trust = TestDatabase.shared().certificates().authority().toString();
    assertThat(environment(Map.of("DB_TRUST_STORE_PEM", trust)).reader().host())
        .isEqualTo("localhost");
    assertThat(
            environment(Map.of("DB_TRUST_STORE_PEM", trust, "DB_READ_HOST", " ")).reader().host())
        .isEqualTo("localhost");
    DatabaseSettings reader =
        environment(Map.of("DB_TRUST_STORE_PEM", trust, "DB_READ_HOST", "reader.example.com"))
            .reader();
    assertThat(reader.url()).isEqualTo("jdbc:postgresql://reader.example.com:5432/payments");
    assertThat(reader.target()).isEqualTo(DatabaseSettings.Target.ANY);
  }

  private static DatabaseSettings database(Map<String, String> more) {
    return environment(more).database(DatabaseSettings.Target.ANY);
  }

  private static Environment environment(Map<String, String> more) {
    Map<String, String> variables = new HashMap<>();
    variables.put("DB_HOST", "localhost");
    variables.put("DB_PORT", "5432");
    variables.put("DB_NAME", "payments");
    variables.putAll(more);
    return new Environment(variables);
  }

  @Test
  void masterUsersSecretIsJson() {
    assertThat(MasterUser.parse("{\"username\":\"a\",\"password\":\"b\",\"host\":\"stale\"}"))
        .isEqualTo(new MasterUser("a", "b"))
        .hasToString("a");
    assertThatThrownBy(() -> MasterUser.parse("{\"username\":\"a\",\"passw0rd\":\"hunter2\""))
        .hasMessage("the secret of the master user must be JSON with username and password")
        .hasNoCause();
  }
}
