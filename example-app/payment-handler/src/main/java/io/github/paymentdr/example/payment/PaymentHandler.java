package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.Security;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.crac.Core;
import org.crac.Resource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The payment API on a Lambda Function URL, payload format 2.0. {@code docs/payment-api.md}
 * describes it.
 *
 * <p>It reads the environment variables {@code DB_HOST}, {@code DB_PORT}, {@code DB_NAME}, {@code
 * DB_USER}, {@code SESSION_TABLE}, {@code REGION_ROLE} ({@code PRIMARY} or {@code SECONDARY}) and
 * {@code AWS_REGION}, and {@code DB_TRUST_STORE_PEM} where the certificates are not built in.
 *
 * <p>With SnapStart it loads its classes before the snapshot is taken and takes no connection into
 * it.
 */
public final class PaymentHandler implements RequestStreamHandler, Resource {
  static {
    // A writer that moved keeps its name; Java would remember the old address for 30 s or for ever.
    Security.setProperty("networkaddress.cache.ttl", "5");
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
  }

  private static final Pattern CORRELATION_ID = Pattern.compile("[A-Za-z0-9._-]{8,64}");

  /** A function handles one request at a time; one more lets a lost connection be replaced. */
  private static final int POOL_SIZE = 2;

  private final PaymentApi api;
  private final Database database;
  private final Clock clock;
  private final PrintStream log;
  private final AtomicBoolean coldStart = new AtomicBoolean(true);

  /**
   * Makes the handler from the environment.
   *
   * @throws IllegalStateException if the environment is incomplete; the message says what is
   *     missing
   */
  public PaymentHandler() {
    this(new Environment(System.getenv()), AwsClients.credentials(), Clock.systemUTC());
    Core.getGlobalContext().register(this);
  }

  private PaymentHandler(Environment environment, AwsCredentialsProvider credentials, Clock clock) {
    this(
        environment.region(),
        database(environment, credentials, clock),
        new Sessions(
            AwsClients.client(
                DynamoDbClient.builder(), environment.text("AWS_REGION"), credentials),
            environment.text("SESSION_TABLE"),
            clock),
        clock,
        System.out);
  }

  PaymentHandler(
      Region region, Database database, Sessions sessions, Clock clock, PrintStream log) {
    this.api =
        new PaymentApi(region, new Ledger(database, clock), sessions, new Health(database, region));
    this.database = database;
    this.clock = clock;
    this.log = log;
  }

  private static Database database(
      Environment environment, AwsCredentialsProvider credentials, Clock clock) {
    DatabaseSettings settings = environment.database(environment.region().target());
    String user = environment.text("DB_USER");
    return new Database(
        settings,
        user,
        new IamToken(
            settings, user, environment.text("AWS_REGION"), credentials::resolveCredentials, clock),
        POOL_SIZE);
  }

  /**
   * Answers one request.
   *
   * @param event a Function URL event, payload format 2.0
   * @param response where the answer is written to
   * @param context tells the request's id and the function's version
   * @throws IOException if the event cannot be read or the answer cannot be written
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    RequestLog line =
        new RequestLog(log, clock, context.getAwsRequestId(), coldStart.getAndSet(false));
    HttpResponse answer = answer(event.readAllBytes(), context.getFunctionVersion(), line);
    line.finish(answer.status());
    response.write(answer.toJson().getBytes(UTF_8));
  }

  private HttpResponse answer(byte[] event, String version, RequestLog line) {
    Optional<HttpRequest> request = HttpRequest.read(event);
    String correlationId =
        request
            .flatMap(present -> present.header("x-correlation-id"))
            .filter(id -> CORRELATION_ID.matcher(id).matches())
            .orElseGet(() -> UuidV7.at(clock.instant()).toString());
    line.correlationId(correlationId);
    HttpResponse answer = answer(request, version, line, correlationId);
    boolean head = request.filter(present -> present.method().equals("HEAD")).isPresent();
    return (head ? answer.withoutBody() : answer).withHeader("x-correlation-id", correlationId);
  }

  private HttpResponse answer(
      Optional<HttpRequest> request, String version, RequestLog line, String correlationId) {
    try {
      return api.answer(
          request.orElseThrow(
              () -> ProblemException.malformed("the event is not one of a Function URL")),
          version,
          line);
    } catch (ProblemException e) {
      line.problem(e);
      return HttpResponse.problem(e, correlationId);
    } catch (RuntimeException e) {
      line.fault(e);
      return HttpResponse.problem(
          ProblemException.of(ProblemType.INTERNAL_ERROR, e), correlationId);
    }
  }

  /**
   * Loads what a first request would load and closes the connections, before a snapshot is taken.
   *
   * @param context not used
   */
  @Override
  public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
    Priming.run(api, clock);
    database.close();
  }

  /**
   * Does nothing: connections are made when they are needed.
   *
   * @param context not used
   */
  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {}
}
