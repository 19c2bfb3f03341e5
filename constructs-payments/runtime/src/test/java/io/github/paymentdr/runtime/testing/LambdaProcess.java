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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs a packaged jar as Lambda does: under the real Java runtime interface client, in a process of
 * its own, against a Runtime API that this class plays on the loopback interface, with the services
 * of AWS that a stub plays.
 */
public final class LambdaProcess implements AutoCloseable {
  private static final String RUNTIME = "/2018-06-01/runtime/";

  /** Nothing of them must be left, also when they stand still. */
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private record Event(String text, long deadline) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final CountDownLatch restored = new CountDownLatch(1);
  private final CountDownLatch ready = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Consumer<String> log;
  private final HttpServer runtimeApi;
  private final Process function;

  private LambdaProcess(Settings settings) throws IOException {
    log = settings.log();
    runtimeApi = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    runtimeApi.setExecutor(threads);
    runtimeApi.createContext(RUNTIME, this::answerRuntime);
    runtimeApi.start();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+TieredCompilation");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Xmx384m");
    // By itself it unpacks the library to the same file in every process, also while another one
    // runs it.
    command.add(
        "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI="
            + NativeClient.FILE);
    // Leads the hooks of org.crac to the runtime's own, as Lambda's managed runtime must.
    command.add("-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac");
    command.addAll(settings.jvmOptions());
    command.add("-cp");
    command.add(
        Stream.concat(
                Stream.of(interfaceClient()), settings.classPath().stream().map(Path::toString))
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(AWSLambda.class.getName());
    command.add(settings.handler() + "::handleRequest");
    ProcessBuilder builder = new ProcessBuilder(command);
    // Not among the lines of the log: a newer JVM warns there of what the interface client does.
    builder.redirectError(settings.errors());
    Map<String, String> environment = builder.environment();
    environment.put("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    environment.put("AWS_SECRET_ACCESS_KEY", "example");
    environment.putAll(settings.environment());
    environment.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + runtimeApi.getAddress().getPort());
    environment.put("AWS_ENDPOINT_URL", settings.aws().toString());
    environment.put("AWS_LAMBDA_FUNCTION_NAME", "function");
    environment.put("AWS_LAMBDA_FUNCTION_VERSION", "7");
    environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    environment.put("LAMBDA_TASK_ROOT", "target");
    function = builder.start();
    RUNNING.add(function);
    threads.execute(this::readOutput);
    var unused =
        function
            .onExit()
            .thenAccept(
                gone -> {
                  RUNNING.remove(gone);
                  answers.add(Answer.NONE);
                });
  }

  /**
   * How a process is started.
   *
   * @param classPath the artifact, and what else is to be on the class path
   * @param handler the name of the handler's class
   * @param environment the function's environment variables
   * @param aws who answers for the services of AWS
   * @param jvmOptions more options of the JVM
   * @param log is told each line that the function writes
   * @param errors where its standard error goes
   */
  public record Settings(
      List<Path> classPath,
      String handler,
      Map<String, String> environment,
      URI aws,
      List<String> jvmOptions,
      Consumer<String> log,
      ProcessBuilder.Redirect errors) {}

  /**
   * What the function gave back.
   *
   * @param kind whether it answered
   * @param body the answer, or the description of its failure
   */
  public record Answer(Kind kind, String body) {
    private static final Answer NONE = new Answer(Kind.NONE, "");

    /** How an invocation can end. */
    public enum Kind {
      /** With an answer. */
      ANSWERED,
      /** With an exception. */
      FAILED,
      /** The process has ended. */
      NONE
    }
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
    return start(
        new Settings(
            List.of(jar),
            handler.getName(),
            environment,
            aws.endpoint(),
            List.of(),
            line -> {},
            ProcessBuilder.Redirect.INHERIT));
  }

  /** Starts a handler. */
  public static LambdaProcess start(Settings settings) {
    try {
      return new LambdaProcess(settings);
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
    Answer answer = answers.poll(60, TimeUnit.SECONDS);
    if (answer == null || answer.kind() == Answer.Kind.NONE) {
      throw new AssertionError("no answer; the function wrote: " + output);
    }
    try {
      return Json.readObject(answer.body());
    } catch (IOException e) {
      throw new AssertionError(answer.body(), e);
    }
  }

  /**
   * Sends an event and waits until it is answered or the process has ended; who calls enforces the
   * time limit by {@link #kill}.
   */
  public Answer invoke(String event, Duration left) throws InterruptedException {
    events.add(new Event(event, System.currentTimeMillis() + left.toMillis()));
    return answers.take();
  }

  /** Waits until the function asks for its first event; false if it has not by then. */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    return ready.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
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

  /** {@return the id of its process} */
  public long pid() {
    return function.pid();
  }

  /** {@return whether its process runs, or stands still} */
  public boolean isAlive() {
    return function.isAlive();
  }

  /** Kills its process, also one that stands still. */
  public void kill() {
    function.destroyForcibly();
    runtimeApi.stop(0);
    threads.shutdownNow();
  }

  /** Ends its process in order, and waits until it has ended. */
  public void end() throws InterruptedException {
    function.destroy();
    function.waitFor();
    close();
  }

  @Override
  public void close() {
    kill();
  }

  private void readOutput() {
    try (var reader = function.inputReader(UTF_8)) {
      reader
          .lines()
          .forEach(
              line -> {
                output.add(line);
                log.accept(line);
              });
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
        ready.countDown();
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
        answers.add(
            new Answer(
                path.endsWith("/response") ? Answer.Kind.ANSWERED : Answer.Kind.FAILED,
                new String(sent, UTF_8)));
        exchange.sendResponseHeaders(202, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One copy for all processes of this one. */
  private static final class NativeClient {
    static final Path FILE = unpack();

    private static Path unpack() {
      String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
      try (InputStream library =
          AWSLambda.class.getResourceAsStream("/jni/libaws-lambda-jni.linux-" + machine + ".so")) {
        Path file = Files.createTempFile("lambda-jni", ".so");
        Files.copy(Objects.requireNonNull(library), file, StandardCopyOption.REPLACE_EXISTING);
        file.toFile().deleteOnExit();
        return file;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
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
