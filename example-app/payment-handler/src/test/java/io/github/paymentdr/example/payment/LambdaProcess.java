package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs the packaged jar as Lambda does: under the real Java runtime interface client, in a process
 * of its own, against a Runtime API that this class plays on the loopback interface.
 *
 * <p>The same server plays Secrets Manager, which gives the master user's secret, and DynamoDB,
 * which has one session.
 */
final class LambdaProcess implements AutoCloseable {
  private static final String JAR = "target/payment-handler.jar";
  private static final String RUNTIME = "/2018-06-01/runtime/";

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final List<String> serviceCalls = new CopyOnWriteArrayList<>();
  private final CountDownLatch restored = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer runtimeApi;
  private final Process function;

  private LambdaProcess(Class<?> handler, Map<String, String> environment) throws IOException {
    runtimeApi = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    runtimeApi.setExecutor(threads);
    runtimeApi.createContext(RUNTIME, this::answerRuntime);
    runtimeApi.createContext("/", this::answerService);
    runtimeApi.start();
    String address = "127.0.0.1:" + runtimeApi.getAddress().getPort();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+TieredCompilation",
            "-XX:TieredStopAtLevel=1",
            // Leads the hooks of org.crac to the runtime's own, as Lambda's managed runtime must.
            "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
            "-cp",
            String.join(File.pathSeparator, interfaceClient(), JAR),
            AWSLambda.class.getName(),
            handler.getName() + "::handleRequest");
    // Not among the lines of the log: a newer JVM warns there of what the interface client does.
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    builder.environment().put("AWS_LAMBDA_RUNTIME_API", address);
    builder.environment().put("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://" + address);
    builder.environment().put("AWS_ENDPOINT_URL_DYNAMODB", "http://" + address);
    builder.environment().put("AWS_LAMBDA_FUNCTION_NAME", "payments");
    builder.environment().put("AWS_LAMBDA_FUNCTION_VERSION", "7");
    builder.environment().put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024");
    builder.environment().put("LAMBDA_TASK_ROOT", "target");
    function = builder.start();
    threads.execute(this::readOutput);
  }

  /**
   * Starts a handler.
   *
   * @param handler the handler's class
   * @param environment the function's environment variables
   * @return the running function
   */
  static LambdaProcess start(Class<?> handler, Map<String, String> environment) {
    try {
      return new LambdaProcess(handler, environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends an event and waits for the answer to it, or for the description of its failure. */
  Map<String, Object> call(String event) throws InterruptedException {
    events.add(event);
    String answer = answers.poll(30, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer; the function wrote: " + output);
    }
    return TestApi.parse(answer);
  }

  /** Waits until the function wants to be restored from its snapshot. */
  void awaitSnapshot() throws InterruptedException {
    if (!restored.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("no snapshot; the function wrote: " + output);
    }
  }

  /** {@return the calls that the function made to AWS services} */
  List<String> serviceCalls() {
    return serviceCalls;
  }

  /** {@return the lines that the function wrote} */
  List<String> output() {
    return output;
  }

  @Override
  public void close() {
    function.destroyForcibly();
    runtimeApi.stop(0);
    threads.shutdownNow();
  }

  private void readOutput() {
    try (var reader = function.inputReader(UTF_8)) {
      reader.lines().forEach(output::add);
    } catch (IOException | UncheckedIOException e) {
      // The process was stopped.
    }
  }

  private void answerRuntime(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] sent = exchange.getRequestBody().readAllBytes();
      if (path.endsWith("/restore/next")) {
        restored.countDown();
        exchange.sendResponseHeaders(200, -1);
      } else if (path.endsWith("/invocation/next")) {
        byte[] event = events.take().getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Lambda-Runtime-Aws-Request-Id", "request-1");
        exchange.getResponseHeaders().add("Lambda-Runtime-Deadline-Ms", "9999999999999");
        exchange
            .getResponseHeaders()
            .add(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:us-east-1:123456789012:function:payments:live");
        exchange.sendResponseHeaders(200, event.length);
        exchange.getResponseBody().write(event);
      } else {
        answers.add(new String(sent, UTF_8));
        exchange.sendResponseHeaders(202, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answerService(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      serviceCalls.add(target);
      byte[] answer = Json.write(answerOf(target)).getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static Map<String, Object> answerOf(String target) {
    return switch (target) {
      case "secretsmanager.GetSecretValue" ->
          Map.of(
              "SecretString",
              Json.write(Map.of("username", "postgres", "password", "any password")));
      case "DynamoDB_20120810.GetItem" ->
          Map.of(
              "Item",
              Map.of(
                  "sessionId", Map.of("S", "session-1"),
                  "step", Map.of("S", "CART"),
                  "version", Map.of("N", "1"),
                  "expiresAt", Map.of("N", "9999999999")));
      default -> throw new IllegalArgumentException(target);
    };
  }

  /** What Lambda's runtime brings along; the handler's own classes come from the jar alone. */
  private static String interfaceClient() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.contains("aws-lambda-java-"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
