package io.github.paymentdr.example.drill.load;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/** What a Function URL with IAM authorisation asks of its callers. */
final class Sigv4 implements Signing {
  /** The HTTP client sets them itself, and from the same URI and body. */
  private static final Set<String> OF_THE_CLIENT = Set.of("host", "content-length");

  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final String region;
  private final AwsCredentialsProvider credentials;

  Sigv4(String region, AwsCredentialsProvider credentials) {
    this.region = region;
    this.credentials = credentials;
  }

  @Override
  public Map<String, String> headers(String method, URI uri, String caller, byte[] body) {
    SdkHttpRequest request =
        SdkHttpRequest.builder().method(SdkHttpMethod.fromValue(method)).uri(uri).build();
    SignedRequest signed =
        signer.sign(
            signing ->
                signing
                    .identity(credentials.resolveCredentials())
                    .request(request)
                    .payload(() -> new ByteArrayInputStream(body))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region));
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> header : signed.request().headers().entrySet()) {
      if (!OF_THE_CLIENT.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        headers.put(header.getKey(), String.join(",", header.getValue()));
      }
    }
    return headers;
  }
}
