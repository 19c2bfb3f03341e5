package io.github.paymentdr.example.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.grack.nanojson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs the packaged jar as Lambda does: under the real Java runtime interface client, in a process
 * of its own, against a Runtime API that this test plays on the loopback interface.
 */
@DisplayName("health-handler.jar under the Lambda runtime interface client")
@Timeout(30)
class PackagedHandlerIT {
  private static final String RUNTIME = "/2018-06-01/runtime/";

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer runtimeApi;
  private Process function;

  @BeforeEach
  void start() throws IOException {
    runtimeApi = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    runtimeApi.setExecutor(threads);
    runtimeApi.createContext(RUNTIME, this::answerRuntime);
    runtimeApi.start();
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                String.join(File.pathSeparator, "target/health-handler.jar", interfaceClient()),
                AWSLambda.class.getName(),
                HealthHandler.class.getName() + "::handleRequest")
            .inheritIO();
    builder
        .environment()
        .put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + runtimeApi.getAddress().getPort());
    builder.environment().put("AWS_REGION", "us-east-1");
    builder.environment().put("AWS_LAMBDA_FUNCTION_NAME", "health");
    builder.environment().put("AWS_LAMBDA_FUNCTION_VERSION", "7");
    builder.environment().put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024");
    builder.environment().put("LAMBDA_TASK_ROOT", "target");
    function = builder.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    function.destroyForcibly().waitFor();
    runtimeApi.stop(0);
    threads.shutdownNow();
  }

  @Test
  void answersHealthAndThenAnUnknownPath() throws InterruptedException {
    JsonObject health = call(FunctionUrlEvents.of("GET", "/health"));
    assertThat(health.get("statusCode")).isEqualTo(200);
    assertThat(FunctionUrlEvents.parse(health.getString("body")))
        .containsEntry("status", "UP")
        .containsEntry("region", "us-east-1")
        .containsEntry("version", "7");
    assertThat(call(FunctionUrlEvents.of("GET", "/payments")).get("statusCode")).isEqualTo(404);
  }

  private JsonObject call(String event) throws InterruptedException {
    events.add(event);
    String answer = answers.poll(20, TimeUnit.SECONDS);
    assertThat(answer).as("answer to %s", event).isNotNull();
    return FunctionUrlEvents.parse(answer);
  }

  private void answerRuntime(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] sent = exchange.getRequestBody().readAllBytes();
      if (path.endsWith("/invocation/next")) {
        byte[] event = events.take().getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Lambda-Runtime-Aws-Request-Id", "request-1");
        exchange.getResponseHeaders().add("Lambda-Runtime-Deadline-Ms", "9999999999999");
        exchange
            .getResponseHeaders()
            .add(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:us-east-1:123456789012:function:health:live");
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

  /** What Lambda's runtime brings along; the handler's own classes come from the jar alone. */
  private static String interfaceClient() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.contains("aws-lambda-java-") || entry.contains("utils-lite"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
