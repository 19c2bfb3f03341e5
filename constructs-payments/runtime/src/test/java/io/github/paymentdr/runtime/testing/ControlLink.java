package io.github.paymentdr.runtime.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.lease.ControlTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * How one region reaches the control table. It is a server of HTTP, so that other processes can use
 * it and that time limits and repetitions are those of the real client. Mind the repetitions: an
 * answer that is lost once is asked for again by the client; {@link #always} breaks them all.
 */
public final class ControlLink implements AutoCloseable {
  /** In place of an action's name: every action. */
  public static final String ANY = "*";

  private static final String TARGET = "X-Amz-Target";

  static {
    // Else each answer waits for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final String region;
  private final HttpServer server;
  private final HttpClient upstream = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool(ControlLink::daemon);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, Queue<Disturbance>> next = new ConcurrentHashMap<>();
  private final Map<String, Disturbance> always = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final DynamoDbClient client;
  private final DynamoDbClient patientClient;

  ControlLink(String region) {
    this.region = region;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    client = ControlTable.client(clients(), region);
    patientClient = clients().client(DynamoDbClient.builder(), region, Patience.CHANGE);
  }

  /** What DynamoDB answers. */
  public record Answer(int status, String body) {
    public static Answer error(int status, String code) {
      return new Answer(
          status,
          Json.write(
              Map.of("__type", "com.amazonaws.dynamodb.v20120810#" + code, "message", "played")));
    }
  }

  /** A call that has come from the region. */
  public final class Call {
    private final String action;
    private final String body;
    private final HttpRequest request;

    private Call(String action, String body, HttpRequest request) {
      this.action = action;
      this.body = body;
      this.request = request;
    }

    /** {@return the action, such as PutItem} */
    public String action() {
      return action;
    }

    /** {@return the request in JSON} */
    public String body() {
      return body;
    }

    /** Lets DynamoDB carry it out, also when it is called again. */
    public Answer carryOut() throws IOException, InterruptedException {
      HttpResponse<String> response =
          upstream.send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
      return new Answer(response.statusCode(), response.body());
    }

    /** Returns when the link is closed. */
    public void awaitClose() throws InterruptedException {
      closed.await();
    }
  }

  /** {@return the region} */
  public String region() {
    return region;
  }

  /** {@return where the region's clients find DynamoDB} */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** {@return clients that reach DynamoDB through this link} */
  public AwsClients clients() {
    return ControlTables.clients(endpoint());
  }

  /** {@return a client with more patience, for tests that are not about time on a busy machine} */
  public DynamoDbClient patientClient() {
    return patientClient;
  }

  /** {@return a client with the time limits of production} */
  public DynamoDbClient client() {
    return client;
  }

  /**
   * Disturbs the next undisturbed call of an action once; those that are added later come later.
   */
  public ControlLink next(String action, Disturbance disturbance) {
    next.computeIfAbsent(action, name -> new ConcurrentLinkedQueue<>()).add(disturbance);
    return this;
  }

  /** Disturbs all calls of an action, after those of {@link #next}, until {@link #heal}. */
  public ControlLink always(String action, Disturbance disturbance) {
    always.put(action, disturbance);
    return this;
  }

  /** Breaks every call before it is carried out, until {@link #heal}. */
  public ControlLink cut() {
    return always(ANY, Disturbance.lost());
  }

  /** Ends all disturbances; what hangs goes on hanging. */
  public void heal() {
    next.clear();
    always.clear();
  }

  /** {@return the actions of all calls that have come, repetitions too} */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  /** {@return how many calls of an action have come} */
  public long count(String action) {
    return calls.stream().filter(action::equals).count();
  }

  @Override
  public void close() {
    closed.countDown();
    client.close();
    patientClient.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String target = exchange.getRequestHeaders().getFirst(TARGET);
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      String action = target.substring(target.indexOf('.') + 1);
      calls.add(action);
      Optional<Answer> answer =
          disturbance(action).play(new Call(action, body, request(exchange, body)));
      if (answer.isPresent()) {
        byte[] bytes = answer.get().body().getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(answer.get().status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Disturbance disturbance(String action) {
    for (String name : List.of(action, ANY)) {
      Queue<Disturbance> queue = next.get(name);
      Disturbance first = queue == null ? null : queue.poll();
      if (first != null) {
        return first;
      }
    }
    Disturbance ofAll = always.getOrDefault(ANY, call -> Optional.of(call.carryOut()));
    return always.getOrDefault(action, ofAll);
  }

  private static HttpRequest request(HttpExchange exchange, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(ControlTables.endpoint())
            .POST(HttpRequest.BodyPublishers.ofString(body, UTF_8));
    for (String name : List.of(TARGET, "Content-Type", "Authorization", "X-Amz-Date")) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    return request.build();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }
}
