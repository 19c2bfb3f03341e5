package io.github.paymentdr.payments.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.paymentdr.payments.endpoint.LocalEndpoint.Answer;
import io.github.paymentdr.payments.endpoint.LocalEndpoint.Received;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("B2: the examples of docs/client.md get through to the payment function")
class ClientPageTest {
  private static final Path PAGE = Path.of("..", "docs", "client.md");
  private static final String BODY = "{\"amount\":1999,\"reference\":\"R\u00f6ntgen\"}";
  private static final Answer REGION_NOT_ACTIVE = new Answer(503, "1", "{}");
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private LocalEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    endpoint = new LocalEndpoint();
  }

  @AfterEach
  void end() {
    endpoint.close();
  }

  private static Received payment(String idempotencyKey) {
    return new Received("POST", "/payments", BODY, "shop-1", idempotencyKey);
  }

  private static String blockOf(String language) throws IOException {
    return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
        .matcher(Files.readString(PAGE, UTF_8))
        .results()
        .map(block -> block.group(1))
        .findFirst()
        .orElseThrow();
  }

  @Nested
  class InJava {
    private PaymentClient client() {
      return new PaymentClient(endpoint.uri(), "shop-1", Tokens.KID, Tokens.SECRET);
    }

    @Test
    void isPrintedAsItRunsHere() throws IOException {
      Path source =
          Path.of("src/test/java/io/github/paymentdr/payments/endpoint/PaymentClient.java");
      assertThat(Files.readString(source, UTF_8))
          .isEqualTo("package io.github.paymentdr.payments.endpoint;\n\n" + blockOf("java"));
    }

    @Test
    void getsThrough() throws Exception {
      HttpResponse<String> answer = client().post("payments", "order-1", BODY, LONGEST);
      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(endpoint.received()).containsExactly(payment("order-1"));
    }

    @Test
    void asksAgainUnderTheSameKeyDuringAFailover() throws Exception {
      endpoint.answering(
          REGION_NOT_ACTIVE,
          new Answer(504, null, ""),
          new Answer(429, "0", "{}"),
          new Answer(409, "0", "{}"));
      HttpResponse<String> answer = client().post("payments", "order-2", BODY, LONGEST);
      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(endpoint.received())
          .hasSize(5)
          .allSatisfy(received -> assertThat(received).isEqualTo(payment("order-2")));
    }

    @Test
    void asksAgainWhenThereIsNoAnswer() throws Exception {
      endpoint.answering(new Answer(-5, null, ""));
      HttpResponse<String> answer = client().post("payments", "order-3", BODY, LONGEST);
      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(endpoint.received()).containsExactly(payment("order-3"), payment("order-3"));
    }

    @Test
    void takesAnAnswerThatWillNotChange() throws Exception {
      endpoint.answering(new Answer(422, null, "{}"), new Answer(409, null, "{}"));
      assertThat(client().post("payments", "order-4", BODY, LONGEST).statusCode()).isEqualTo(422);
      assertThat(client().post("payments", "order-4", BODY, LONGEST).statusCode()).isEqualTo(409);
    }

    @Test
    void endsInTime() throws Exception {
      for (int i = 0; i < 200; i++) {
        endpoint.answering(new Answer(503, "0", "{}"));
      }
      assertThat(client().post("payments", "order-5", BODY, Duration.ofMillis(300)).statusCode())
          .isEqualTo(503);
      endpoint.close();
      assertThatThrownBy(() -> client().post("payments", "order-5", BODY, Duration.ofMillis(300)))
          .isInstanceOf(IOException.class);
    }

    @Test
    void isNotLetInWithAnotherSecret() throws Exception {
      PaymentClient stranger =
          new PaymentClient(endpoint.uri(), "shop-1", Tokens.KID, Tokens.SECRET.replace('A', 'B'));
      assertThat(stranger.post("payments", "order-6", BODY, LONGEST).statusCode()).isEqualTo(401);
      assertThat(endpoint.received()).isEmpty();
    }
  }

  @Nested
  class InTheShell {
    @BeforeEach
    void needsItsTools() throws Exception {
      for (String tool : List.of("bash", "curl", "openssl", "od")) {
        assumeTrue(isInstalled(tool), tool + " is not installed");
      }
    }

    @Test
    void getsThrough() throws Exception {
      assertThat(run(endpoint.uri(), "pay POST payments order-7 '" + BODY + "'"))
          .contains("{\"id\":\"1\"}");
      assertThat(endpoint.received()).containsExactly(payment("order-7"));
    }

    @Test
    void asksAgainUnderTheSameKeyDuringAFailover() throws Exception {
      endpoint.answering(REGION_NOT_ACTIVE);
      assertThat(run(endpoint.uri(), "pay POST payments order-8 '" + BODY + "'"))
          .contains("{\"id\":\"1\"}");
      assertThat(endpoint.received()).containsExactly(payment("order-8"), payment("order-8"));
    }

    private static boolean isInstalled(String tool) throws Exception {
      try {
        return new ProcessBuilder("sh", "-c", "command -v " + tool).start().waitFor() == 0;
      } catch (IOException e) {
        return false;
      }
    }

    private static String run(URI endpoint, String command) throws Exception {
      List<String> script = new ArrayList<>();
      script.add("set -eu -o pipefail");
      script.add(
          blockOf("bash")
              .replaceAll("(?m)^ENDPOINT=.*$", "ENDPOINT=" + endpoint)
              .replaceAll("(?m)^CALLER=.*$", "CALLER=shop-1")
              .replaceAll("(?m)^KEY_ID=.*$", "KEY_ID=" + Tokens.KID)
              .replaceAll("(?m)^SECRET=.*$", "SECRET=" + Tokens.SECRET)
              .replaceAll("(?m)^pay .*$", ""));
      script.add(command);
      Process bash =
          new ProcessBuilder("bash", "-c", String.join("\n", script))
              .redirectErrorStream(true)
              .start();
      String output = new String(bash.getInputStream().readAllBytes(), UTF_8);
      assertThat(bash.waitFor()).as(output).isZero();
      return output;
    }
  }
}
