package io.github.paymentdr.runtime.aws;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
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

/**
 * Sets up clients of AWS services: the smallest HTTP client, few retries, and an end to every call.
 *
 * @param credentials who calls
 * @param endpoint what answers in place of AWS, for tests
 */
public record AwsClients(AwsCredentialsProvider credentials, Optional<URI> endpoint) {
  private static final int ATTEMPTS = 3;
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /**
   * How long a service is waited for.
   *
   * @param attempt one attempt
   * @param call all attempts and the pauses between them
   */
  public record Patience(Duration attempt, Duration call) {
    /** The control table, while a caller waits. */
    public static final Patience CONTROL_TABLE =
        new Patience(Duration.ofMillis(900), Duration.ofSeconds(2));

    /** A service of this region that looks something up. */
    public static final Patience LOOK_UP =
        new Patience(Duration.ofSeconds(4), Duration.ofSeconds(12));

    /** A service of the other region, which may be gone. */
    public static final Patience OTHER_REGION =
        new Patience(Duration.ofSeconds(2), Duration.ofSeconds(5));

    /** A service of this region that changes something large. */
    public static final Patience CHANGE =
        new Patience(Duration.ofSeconds(15), Duration.ofSeconds(45));

    /** A service of this region that takes or gives a large file. */
    public static final Patience LARGE_FILE =
        new Patience(Duration.ofMinutes(3), Duration.ofMinutes(8));
  }

  /** {@return clients that act as the function does; an instance's metadata are not waited for} */
  public static AwsClients ofFunction() {
    return new AwsClients(
        AwsCredentialsProviderChain.of(
            EnvironmentVariableCredentialsProvider.create(),
            ContainerCredentialsProvider.builder().build()),
        Optional.empty());
  }

  /**
   * Makes a client.
   *
   * @param builder the service's builder
   * @param region the region that is called
   * @param patience how long it is waited for
   * @param <B> the type of the builder
   * @param <C> the type of the client
   * @return the client
   */
  public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder, String region, Patience patience) {
    endpoint.ifPresent(builder::endpointOverride);
    return builder
        .region(Region.of(region))
        .credentialsProvider(credentials)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder()
                .connectionTimeout(
                    patience.attempt().compareTo(CONNECT) < 0 ? patience.attempt() : CONNECT)
                .socketTimeout(patience.attempt()))
        .overrideConfiguration(
            ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(patience.attempt())
                .apiCallTimeout(patience.call())
                .retryStrategy(StandardRetryStrategy.builder().maxAttempts(ATTEMPTS).build())
                .build())
        .build();
  }
}
