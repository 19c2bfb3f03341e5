package io.github.paymentdr.runtime.probe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.testing.FunctionUrlStub;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

@DisplayName("The question for health")
@Timeout(20)
class HealthClientTest {
  private static final Duration LIMIT = Duration.ofMillis(400);
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final String PATH = "/health?deep=true";

  private static final HealthClient CLIENT = client(Clock.systemUTC());

  private final FunctionUrlStub region = FunctionUrlStub.start("us-west-2");
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** The first question of a process loads half of what a client needs. */
  @BeforeAll
  static void warmUp() {
    try (FunctionUrlStub other = FunctionUrlStub.start("us-west-2")) {
      CLIENT.ask(other.url(), PATH, "us-west-2", LONG);
    }
  }

  @AfterEach
  void stop() {
    region.close();
    threads.shutdownNow();
  }

  /** What a server does with a connection. */
  @FunctionalInterface
  private interface Behaviour {
    void with(Socket socket) throws IOException, InterruptedException;
  }

  @Test
  void isSignedForTheFunctionsRegion() {
    HealthAnswer answer = CLIENT.ask(region.url(), PATH, "us-west-2", LONG);
    assertThat(answer.isHealthy()).isTrue();
    assertThat(answer.body()).isEqualTo(FunctionUrlStub.WELL);
    assertThat(answer.text()).isEqualTo("HTTP 200");
    assertThat(region.requests()).containsExactly(PATH);
    assertThat(CLIENT.ask(region.url(), PATH, "us-east-1", LONG).text()).isEqualTo("HTTP 403");
  }

  @Test
  void isSignedWithTheTimeOfItsClock() {
    HealthClient early = client(Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC));
    assertThat(early.ask(region.url(), PATH, "us-west-2", LONG).isHealthy()).isTrue();
  }

  @Test
  void hasAConnectionOfItsOwn() {
    for (int i = 0; i < 3; i++) {
      CLIENT.ask(region.url(), PATH, "us-west-2", LONG);
    }
    assertThat(region.connections()).hasSize(3).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 204, 301, 302, 307, 400, 401, 403, 404, 429, 500, 502, 503, 504})
  void isAnsweredButNotWellByAnyOtherStatus(int status) {
    region.answers(status, status == 204 ? "" : "{}");
    HealthAnswer answer = CLIENT.ask(region.url(), PATH, "us-west-2", LONG);
    assertThat(answer.isHealthy()).isFalse();
    assertThat(answer.isAnswer()).isTrue();
    assertThat(answer.text()).isEqualTo("HTTP " + status);
    assertThat(region.requests()).containsExactly(PATH);
  }

  @Test
  void readsTheBeginningOfALongAnswerOnly() {
    region.answers(200, "x".repeat(5_000_000));
    HealthAnswer answer = CLIENT.ask(region.url(), PATH, "us-west-2", LONG);
    assertThat(answer.isHealthy()).isTrue();
    assertThat(answer.body()).hasSize(4_096);
  }

  @Test
  void endsWhereNothingIsSaid() throws Exception {
    assertTakesItsTimeOnly(socket -> Thread.sleep(5_000));
  }

  @Test
  void endsWhereAnAnswerBeginsAndDoesNotEnd() throws Exception {
    assertTakesItsTimeOnly(
        socket -> {
          socket.getOutputStream().write(head(20));
          Thread.sleep(5_000);
        });
  }

  @Test
  void endsWhereEachByteIsInTimeButTheWholeIsNot() throws Exception {
    assertTakesItsTimeOnly(
        socket -> {
          OutputStream out = socket.getOutputStream();
          for (byte each : head(4_000)) {
            out.write(each);
            out.flush();
            Thread.sleep(20);
          }
        });
  }

  @Test
  void saysThatAConnectionBrokeOff() throws Exception {
    HealthAnswer answer =
        askServer(
            "http",
            LONG,
            socket -> {
              socket.getInputStream().read();
              socket.setSoLinger(true, 0);
            });
    assertThat(answer.isAnswer()).isFalse();
    assertThat(answer.text()).startsWith("the connection broke off (");
  }

  @Test
  void saysThatThereWasNoConnection() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThat(CLIENT.ask("http://localhost:" + port, PATH, "us-west-2", LONG).text())
        .isEqualTo("no connection");
  }

  @Test
  void saysThatTheNameIsNotKnown() {
    HealthAnswer answer =
        CLIENT.ask("http://gone.invalid/", PATH, "us-west-2", Duration.ofSeconds(5));
    assertThat(answer.isAnswer()).isFalse();
    assertThat(answer.text()).isIn("its name is not known", "no answer in 5000 ms");
  }

  @Test
  void saysThatTheConnectionIsNotSecure() throws Exception {
    HealthAnswer answer =
        askServer("https", LONG, socket -> socket.getOutputStream().write(head(0)));
    assertThat(answer.isAnswer()).isFalse();
    assertThat(answer.text()).startsWith("no secure connection (");
  }

  @Test
  void saysThatAnAddressIsNone() {
    assertThat(CLIENT.ask("not an address", PATH, "us-west-2", LIMIT).text())
        .startsWith("it could not be asked: ");
    assertThat(CLIENT.ask("ftp://localhost", PATH, "us-west-2", LIMIT).text())
        .startsWith("it could not be asked: ");
  }

  private void assertTakesItsTimeOnly(Behaviour behaviour) throws Exception {
    long start = System.nanoTime();
    HealthAnswer answer = askServer("http", LIMIT, behaviour);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(LIMIT, LIMIT.plusSeconds(3));
    assertThat(answer.isAnswer()).isFalse();
    assertThat(answer.text()).isEqualTo("no answer in 400 ms");
  }

  private HealthAnswer askServer(String scheme, Duration limit, Behaviour behaviour)
      throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      threads.execute(() -> serve(server, behaviour));
      return CLIENT.ask(
          scheme + "://localhost:" + server.getLocalPort() + "/", PATH, "us-west-2", limit);
    }
  }

  private static void serve(ServerSocket server, Behaviour behaviour) {
    for (Exception ended = null; ended == null; ) {
      try (Socket socket = server.accept()) {
        behaviour.with(socket);
      } catch (IOException | InterruptedException e) {
        ended = e;
      }
    }
  }

  private static byte[] head(int length) {
    return String.join(
            "\r\n", List.of("HTTP/1.1 200 OK", "Content-Length: " + length, "", "{\"status\""))
        .getBytes(UTF_8);
  }

  private static HealthClient client(Clock clock) {
    return new HealthClient(
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAEXAMPLE", "example")),
        clock);
  }
}
