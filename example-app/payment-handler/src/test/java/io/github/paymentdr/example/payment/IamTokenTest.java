package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;

@DisplayName("I1: IAM authentication tokens")
class IamTokenTest {
  private static final String HOST = "pair.cluster-abc.us-east-1.rds.amazonaws.com";
  private static final AwsCredentials CREDENTIALS =
      AwsSessionCredentials.create("AKIAEXAMPLE", "secret", "session/token+=");

  @Test
  void areThoseOfTheSdk() {
    String expected =
        RdsUtilities.builder()
            .region(Region.US_EAST_1)
            .credentialsProvider(StaticCredentialsProvider.create(CREDENTIALS))
            .build()
            .generateAuthenticationToken(
                token -> token.hostname(HOST).port(5432).username("payment_app"));
    DatabaseSettings server =
        new DatabaseSettings(
            HOST, 5432, "payments", Path.of("any"), DatabaseSettings.Target.PRIMARY);
    String token =
        new IamToken(server, "payment_app", "us-east-1", () -> CREDENTIALS, timeOf(expected)).get();
    assertThat(parametersOf(token)).containsExactlyInAnyOrder(parametersOf(expected));
    assertThat(token).startsWith(HOST + ":5432/?");
  }

  private static String[] parametersOf(String token) {
    return token.substring(token.indexOf('?') + 1).split("&", -1);
  }

  private static Clock timeOf(String token) {
    Matcher date = Pattern.compile("X-Amz-Date=([0-9]{8}T[0-9]{6})Z").matcher(token);
    assertThat(date.find()).isTrue();
    return Clock.fixed(
        LocalDateTime.parse(date.group(1), DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss"))
            .toInstant(ZoneOffset.UTC),
        ZoneOffset.UTC);
  }
}
