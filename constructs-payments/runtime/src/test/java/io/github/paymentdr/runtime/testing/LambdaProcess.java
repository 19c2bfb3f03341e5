package io.github.paymentdr.runtime.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.json.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs a packaged jar as Lambda does: under the real Java runtime interface client, in a process of
 * its own, against a Runtime API that this class plays on the loopback interface, with the services
 * of AWS that a stub plays.
 */
public final class LambdaProcess implements AutoCloseable {
  private static final String RUNTIME = "/2018-06-01/runtime/";

  private record Event(String text, long deadline) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final CountDownLatch restored = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer runtimeApi;
  private final Process function;

  private LambdaProcess(Path jar, Class<?> handler, Map<String, String> environment, AwsStub aws)
      throws IOException {
    runtimeApi = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    runtimeApi.setExecutor(threads);
    runtimeApi.createContext(RUNTIME, this::answerRuntime);
    runtimeApi.start();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+TieredCompilation",
            "-XX:TieredStopAtLevel=1",
            "-Xmx384m",
            // By itself it unpacks the library to the same file in every process, also while
            // another one runs it.
            "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI="
                + nativeClient(),
            // Leads the hooks of org.crac to the runtime's own, as Lambda's managed runtime must.
            "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
            "-cp",
            String.join(File.pathSeparator, interfaceClient(), jar.toString()),
            AWSLambda.class.getName(),
            handler.getName() + "::handleRequest");
    // Not among the lines of the log: a newer JVM warns there of what the interface client does.
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    builder
        .environment()
        .put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + runtimeApi.getAddress().getPort());
    builder.environment().put("AWS_ENDPOINT_URL", aws.endpoint().toString());
    builder.environment().put("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "example");
    builder.environment().put("AWS_LAMBDA_FUNCTION_NAME", "function");
    builder.environment().put("AWS_LAMBDA_FUNCTION_VERSION", "7");
    builder.environment().put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    builder.environment().put("LAMBDA_TASK_ROOT", "target");
    function = builder.start();
    threads.execute(this::readOutput);
  }

  /**
   * Starts a handler.
   *
   * @param jar the artifact
   * @param handler the handler's class
   * @param environment the function's environment variables
   * @param aws plays the services
   * @return the running function
   */
  public static LambdaProcess start(
      Path jar, Class<?> handler, Map<String, String> environment, AwsStub aws) {
    try {
      return new LambdaProcess(jar, handler, environment, aws);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends an event and waits for the answer to it, or for the description of its failure. */
  public Map<String, Object> call(String event) throws InterruptedException {
    return call(event, 900_000);
  }

  /** Sends an event with so much of the function's time left. */
  public Map<String, Object> call(String event, long millisLeft) throws InterruptedException {
    events.add(new Event(event, System.currentTimeMillis() + millisLeft));
    String answer = answers.poll(60, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer; the function wrote: " + output);
    }
    try {
      return Json.readObject(answer);
    } catch (IOException e) {
      throw new AssertionError(answer, e);
    }
  }

  /** Waits until the function wants to be restored from its snapshot. */
  public void awaitSnapshot() throws InterruptedException {
    if (!restored.await(30, TimeUnit.SECONDS)) {
      throw new AssertionError("no snapshot; the function wrote: " + output);
    }
  }

  /** {@return the lines that the function wrote} */
  public List<String> output() {
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
      byte[] sent = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      if (path.endsWith("/restore/next")) {
        restored.countDown();
        exchange.sendResponseHeaders(200, -1);
      } else if (path.endsWith("/invocation/next")) {
        Event event = events.take();
        byte[] text = event.text().getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Lambda-Runtime-Aws-Request-Id", "request-1");
        exchange
            .getResponseHeaders()
            .add("Lambda-Runtime-Deadline-Ms", String.valueOf(event.deadline()));
        exchange
            .getResponseHeaders()
            .add(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:us-east-1:123456789012:function:function:live");
        exchange.sendResponseHeaders(200, text.length);
        exchange.getResponseBody().write(text);
      } else {
        answers.add(new String(sent, UTF_8));
        exchange.sendResponseHeaders(202, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Path nativeClient() throws IOException {
    String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
    Path file = Files.createTempFile("lambda-jni", ".so");
    try (InputStream library =
        AWSLambda.class.getResourceAsStream("/jni/libaws-lambda-jni.linux-" + machine + ".so")) {
      Files.copy(Objects.requireNonNull(library), file, StandardCopyOption.REPLACE_EXISTING);
    }
    file.toFile().deleteOnExit();
    return file;
  }

  /**
   * What Lambda's runtime brings along; the handler's own classes come from the jar alone. The jar
   * has the native library of Lambda's machines, so that of this one is beside it.
   */
  private static String interfaceClient() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.contains("aws-lambda-java-") || entry.contains("aws-crt-"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
