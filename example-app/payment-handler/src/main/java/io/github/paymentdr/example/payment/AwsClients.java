package io.github.paymentdr.example.payment;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;

/** Sets up clients of AWS services: the smallest HTTP client, few retries, short timeouts. */
final class AwsClients {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT = Duration.ofMillis(1_500);
  private static final Duration CALL = Duration.ofSeconds(3);

  /** A request waits for the control table up to four times. */
  private static final Duration CONTROL_ATTEMPT = Duration.ofMillis(900);

  private static final Duration CONTROL_CALL = Duration.ofSeconds(2);
  private static final int ATTEMPTS = 2;

  private AwsClients() {}

  /** {@return the function's credentials; with SnapStart they do not come by environment} */
  static AwsCredentialsProvider credentials() {
    return AwsCredentialsProviderChain.of(
        EnvironmentVariableCredentialsProvider.create(),
        ContainerCredentialsProvider.builder().build());
  }

  static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder, String region, AwsCredentialsProvider credentials) {
    return configured(builder, region, credentials, ATTEMPT)
        .overrideConfiguration(limits(ATTEMPT, CALL).build())
        .build();
  }

  /** {@return a client whose calls end with the request's time at the latest} */
  static DynamoDbClient sessionTable(
      DynamoDbClientBuilder builder,
      String region,
      AwsCredentialsProvider credentials,
      RequestTime time) {
    return configured(builder, region, credentials, ATTEMPT)
        .overrideConfiguration(limits(ATTEMPT, CALL).addExecutionInterceptor(time).build())
        .build();
  }

  /** {@return a client for what a booking waits for several times} */
  static DynamoDbClient controlTable(
      DynamoDbClientBuilder builder,
      String region,
      AwsCredentialsProvider credentials,
      RequestTime time) {
    return configured(builder, region, credentials, CONTROL_ATTEMPT)
        .overrideConfiguration(
            limits(CONTROL_ATTEMPT, CONTROL_CALL).addExecutionInterceptor(time).build())
        .build();
  }

  private static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> B configured(
      B builder, String region, AwsCredentialsProvider credentials, Duration attempt) {
    Duration connect = attempt.compareTo(CONNECT) < 0 ? attempt : CONNECT;
    return builder
        .region(Region.of(region))
        .credentialsProvider(credentials)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(connect).socketTimeout(attempt));
  }

  private static ClientOverrideConfiguration.Builder limits(Duration attempt, Duration call) {
    return ClientOverrideConfiguration.builder()
        .apiCallAttemptTimeout(attempt)
        .apiCallTimeout(call)
        .retryStrategy(StandardRetryStrategy.builder().maxAttempts(ATTEMPTS).build());
  }
}
