package io.github.paymentdr.runtime.peering;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/**
 * The EC2 API of one region, as requests with parameters and answers in XML. The SDK's own client
 * of EC2 weighs more than everything else that runs here, for five actions; its signer and its HTTP
 * client are used.
 *
 * <p>A request that is throttled or not answered is repeated a few times, ever more slowly.
 */
public final class Ec2Api {
  private static final String VERSION = "2016-11-15";
  private static final int ATTEMPTS = 6;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
  private static final String MAX_RESULTS = "100";

  private final URI endpoint;
  private final String region;
  private final AwsCredentialsProvider credentials;
  private final Deadline deadline;
  private final Consumer<Duration> pause;
  private final Log log;
  private final SdkHttpClient http;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

  /**
   * Makes the client of a region.
   *
   * @param endpoint where the API is
   * @param region the region's code
   * @param credentials who asks
   * @param deadline until when requests are repeated
   * @param pause waits for a while
   * @param log where it is written what is waited for
   */
  public Ec2Api(
      URI endpoint,
      String region,
      AwsCredentialsProvider credentials,
      Deadline deadline,
      Consumer<Duration> pause,
      Log log) {
    this.endpoint = endpoint;
    this.region = region;
    this.credentials = credentials;
    this.deadline = deadline;
    this.pause = pause;
    this.log = log;
    this.http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECTION_TIMEOUT)
            .socketTimeout(ANSWER_TIMEOUT)
            .build();
  }

  /**
   * Where AWS has the API of a region.
   *
   * @param region the region's code
   * @return the address
   */
  public static URI endpointOf(String region) {
    String suffix = PartitionMetadata.of(Region.of(region)).dnsSuffix();
    return URI.create(String.format("https://ec2.%s.%s/", region, suffix));
  }

  String region() {
    return region;
  }

  /** Waits before something is tried for the next time; false when there is no time left. */
  boolean pauseAfter(int attempt, Ec2Exception failure) {
    Duration wanted = FIRST_PAUSE.multipliedBy(1L << (attempt - 1));
    if (deadline.remaining().compareTo(wanted) <= 0) {
      return false;
    }
    log.info(
        "waiting before the next try",
        "milliseconds",
        wanted.toMillis(),
        "reason",
        failure.getMessage());
    pause.accept(wanted);
    return true;
  }

  /** Asks for all pages of a list. */
  List<Ec2Response> list(String action, Map<String, String> parameters, String list) {
    List<Ec2Response> items = new ArrayList<>();
    Map<String, String> page = new LinkedHashMap<>(parameters);
    page.put("MaxResults", MAX_RESULTS);
    Optional<String> next;
    do {
      Ec2Response answer = call(action, page);
      items.addAll(answer.items(list));
      next = answer.text("nextToken");
      next.ifPresent(token -> page.put("NextToken", token));
    } while (next.isPresent());
    return items;
  }

  Ec2Response call(String action, Map<String, String> parameters) {
    for (int attempt = 1; ; attempt++) {
      try {
        return callOnce(action, parameters);
      } catch (Ec2Exception e) {
        if (!e.mayPass() || attempt == ATTEMPTS || !pauseAfter(attempt, e)) {
          throw e;
        }
      }
    }
  }

  private Ec2Response callOnce(String action, Map<String, String> parameters) {
    try {
      HttpExecuteResponse response = send(form(action, parameters));
      int status = response.httpResponse().statusCode();
      try (InputStream body =
          response.responseBody().isPresent()
              ? response.responseBody().get()
              : InputStream.nullInputStream()) {
        if (response.httpResponse().isSuccessful()) {
          return Ec2Response.parse(body);
        }
        throw failure(action, status, body);
      }
    } catch (IOException e) {
      throw Ec2Exception.noAnswer(action, region, e);
    }
  }

  private Ec2Exception failure(String action, int status, InputStream body) {
    try {
      Optional<Ec2Response> error = Ec2Response.parse(body).items("Errors").stream().findFirst();
      return Ec2Exception.of(
          action,
          region,
          status,
          error.flatMap(found -> found.text("Code")).orElse("Unknown"),
          error.flatMap(found -> found.text("Message")).orElse("without a message"));
    } catch (IOException e) {
      return Ec2Exception.of(action, region, status, "Unknown", "without a readable error");
    }
  }

  private HttpExecuteResponse send(byte[] form) throws IOException {
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(endpoint)
            .putHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .putHeader("Content-Length", Integer.toString(form.length))
            .build();
    ContentStreamProvider payload = ContentStreamProvider.fromByteArray(form);
    SignedRequest signed =
        signer.sign(
            sign ->
                sign.identity(credentials.resolveCredentials())
                    .request(request)
                    .payload(payload)
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "ec2")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region));
    return http.prepareRequest(
            HttpExecuteRequest.builder()
                .request(signed.request())
                .contentStreamProvider(signed.payload().orElse(payload))
                .build())
        .call();
  }

  private static byte[] form(String action, Map<String, String> parameters) {
    return Stream.concat(
            Stream.of("Action=" + action, "Version=" + VERSION),
            parameters.entrySet().stream()
                .map(each -> encode(each.getKey()) + "=" + encode(each.getValue())))
        .collect(Collectors.joining("&"))
        .getBytes(UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}
