package io.github.paymentdr.example.payment;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Makes the passwords of a database user that logs in with IAM authentication: a signed request to
 * connect, valid for 15 minutes ("Connecting using IAM authentication" in the Amazon RDS user
 * guide). Signing needs no call to AWS, so that each connection gets a token of its own.
 *
 * <p>The SDK's module for RDS does the same and weighs more than all the rest of this artifact.
 */
final class IamToken implements Supplier<String> {
  private static final Duration VALID = Duration.ofMinutes(15);

  private final DatabaseSettings server;
  private final String user;
  private final String region;
  private final Supplier<? extends AwsCredentialsIdentity> credentials;
  private final Clock clock;

  IamToken(
      DatabaseSettings server,
      String user,
      String region,
      Supplier<? extends AwsCredentialsIdentity> credentials,
      Clock clock) {
    this.server = server;
    this.user = user;
    this.region = region;
    this.credentials = credentials;
    this.clock = clock;
  }

  /** {@return a token signed now} */
  @Override
  public String get() {
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(URI.create("https://" + server.host() + ":" + server.port() + "/"))
            .putRawQueryParameter("Action", "connect")
            .putRawQueryParameter("DBUser", user)
            .build();
    String url =
        AwsV4HttpSigner.create()
            .sign(
                signing ->
                    signing
                        .identity(credentials.get())
                        .request(request)
                        .putProperty(
                            AwsV4FamilyHttpSigner.AUTH_LOCATION,
                            AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, VALID)
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "rds-db")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock))
            .request()
            .getUri()
            .toString();
    return url.substring("https://".length());
  }
}
