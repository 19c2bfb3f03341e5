package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.journal.DynamoDbJournal;
import io.github.paymentdr.runtime.journal.Journal;
import io.github.paymentdr.runtime.journal.JournalTarget;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.RegionGuard;
import io.github.paymentdr.runtime.log.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.Security;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
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
 * DB_USER}, {@code SESSION_TABLE}, {@code CONTROL_TABLE} (the lease and the journal), {@code
 * LEASE_MILLIS} (how long a reading of the lease is good for), {@code REGION_ROLE} ({@code PRIMARY}
 * or {@code SECONDARY}, which {@code /health} shows and nothing else needs), {@code AWS_REGION},
 * {@code DB_READ_HOST} where the server to read from has another name than the one to write to, and
 * {@code DB_TRUST_STORE_PEM} where the certificates are not built in.
 *
 * <p>Which region books is a question for the lease, in each request anew: nothing that was read in
 * an earlier invocation, or before a snapshot, is believed.
 *
 * <p>With SnapStart it loads its classes before the snapshot is taken and takes no connection into
 * it.
 */
public final class PaymentHandler implements RequestStreamHandler, Resource {
  static {
    // A writer that moved keeps its name; Java would remember the old address for 30 s or for ever.
    Security.setProperty("networkaddress.cache.ttl", "5");
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
    // A replay makes that many calls of the table at once; Java would keep five connections open.
    System.setProperty("http.maxConnections", "32");
  }

  private static final Pattern CORRELATION_ID = Pattern.compile("[A-Za-z0-9._-]{8,64}");

  /** A function handles one request at a time, and a request either books or reads. */
  private static final int POOL_SIZE = 1;

  /** Kept back of the function's time: what an operation has begun must end, and be answered. */
  private static final Duration OPERATION_RESERVE = Duration.ofSeconds(5);

  private final Region region;
  private final PaymentApi api;
  private final JournalOperations operations;
  private final Priming priming;
  private final Services services;
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
    this(environment.region(), services(environment, credentials, clock), clock, System.out);
  }

  /**
   * What the handler works with.
   *
   * @param databases this region's database
   * @param sessions the checkouts
   * @param lease who is active
   * @param guard lets this region book while it is
   * @param journal what was accepted
   * @param time how long a request may still go on
   */
  record Services(
      Databases databases,
      Sessions sessions,
      LeaseReader lease,
      RegionGuard guard,
      Journal journal,
      RequestTime time) {}

  PaymentHandler(Region region, Services services, Clock clock, PrintStream log) {
    this.region = region;
    Acceptance acceptance =
        new Acceptance(region.name(), services.guard(), services.journal(), services.time(), clock);
    Log operationLog = new Log(log, Map.of("route", "operation"));
    JournalTarget ledgerJournal =
        new LedgerJournal(region.name(), services.lease(), services.databases(), operationLog);
    this.api =
        new PaymentApi(
            new Ledger(services.databases(), acceptance, services.time(), clock),
            services.sessions(),
            new Health(services.databases(), region, services.lease()));
    this.operations =
        new JournalOperations(
            region.name(),
            services.lease(),
            services.journal(),
            ledgerJournal,
            clock,
            operationLog);
    this.priming = new Priming(api, services.journal(), ledgerJournal, clock);
    this.services = services;
    this.clock = clock;
    this.log = log;
  }

  private static Services services(
      Environment environment, AwsCredentialsProvider credentials, Clock clock) {
    RequestTime time = new RequestTime();
    String region = environment.text("AWS_REGION");
    DynamoDbClient control =
        AwsClients.controlTable(DynamoDbClient.builder(), region, credentials, time);
    String controlTable = environment.text("CONTROL_TABLE");
    LeaseReader lease = new DynamoDbLease(control, controlTable);
    return new Services(
        new Databases(
            database(
                environment.database(DatabaseSettings.Target.PRIMARY),
                environment,
                credentials,
                clock,
                time),
            database(environment.reader(), environment, credentials, clock, time)),
        new Sessions(
            AwsClients.sessionTable(DynamoDbClient.builder(), region, credentials, time),
            environment.text("SESSION_TABLE"),
            clock),
        lease,
        new RegionGuard(region, lease, environment.leaseTime()),
        new DynamoDbJournal(control, controlTable),
        time);
  }

  private static Database database(
      DatabaseSettings settings,
      Environment environment,
      AwsCredentialsProvider credentials,
      Clock clock,
      RequestTime time) {
    String user = environment.text("DB_USER");
    return new Database(
        settings,
        user,
        new IamToken(
            settings, user, environment.text("AWS_REGION"), credentials::resolveCredentials, clock),
        POOL_SIZE,
        time);
  }

  /**
   * Answers one request, or does one of the {@link JournalOperations}.
   *
   * @param event a Function URL event, payload format 2.0, or an object with {@code operation}
   * @param response where the answer is written to
   * @param context tells the request's id, the function's version and how long it may work
   * @throws IOException if the event cannot be read or the answer cannot be written
   * @throws IllegalArgumentException if there is no such operation
   * @throws IllegalStateException if an operation may not be done now
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    // The process may have been frozen for any time since the last invocation.
    services.guard().forget();
    byte[] sent = event.readAllBytes();
    try {
      response.write(answer(sent, context).getBytes(UTF_8));
    } finally {
      services.time().end();
    }
  }

  private String answer(byte[] event, Context context) {
    services.time().begin();
    RequestLog line =
        new RequestLog(log, clock, context.getAwsRequestId(), coldStart.getAndSet(false));
    Optional<HttpRequest> request = HttpRequest.read(event);
    Optional<JournalOperations.Operation> operation =
        request.isPresent() ? Optional.empty() : JournalOperations.Operation.read(event);
    if (operation.isPresent()) {
      return operate(operation.get(), Duration.ofMillis(context.getRemainingTimeInMillis()));
    }
    HttpResponse answer = answer(request, context.getFunctionVersion(), line);
    line.finish(answer.status());
    return answer.toJson();
  }

  private String operate(JournalOperations.Operation operation, Duration left) {
    services.time().begin(left);
    Duration limit = left.minus(OPERATION_RESERVE);
    return Json.write(operations.run(operation, limit.isNegative() ? Duration.ZERO : limit));
  }

  private HttpResponse answer(Optional<HttpRequest> request, String version, RequestLog line) {
    String correlationId =
        request
            .flatMap(present -> present.header("x-correlation-id"))
            .filter(id -> CORRELATION_ID.matcher(id).matches())
            .orElseGet(() -> UuidV7.at(clock.instant()).toString());
    line.correlationId(correlationId);
    HttpResponse answer = answer(request, version, line, correlationId);
    boolean head = request.filter(present -> present.method().equals("HEAD")).isPresent();
    return (head ? answer.withoutBody() : answer)
        .withHeader("x-correlation-id", correlationId)
        .withHeader("x-region", region.name());
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
    priming.run();
    services.databases().close();
    services.guard().forget();
  }

  /**
   * Forgets the lease: whoever had it when the snapshot was taken may have lost it since.
   * Connections are made when they are needed.
   *
   * @param context not used
   */
  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {
    services.guard().forget();
  }
}
