package io.github.paymentdr.example.drill.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.github.paymentdr.example.drill.load.ScriptedEndpoint;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Answer;
import io.github.paymentdr.example.drill.measure.Aftermath.Finding;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AftermathTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  @Test
  void saysWhatBecameOfEachPaymentAndAccount() {
    Story story = new Story();
    story.accepted("there", 1, 100, "us-east-1", 1);
    story.accepted("gone", 2, 200, "us-east-1", 1);
    story.accepted("other", 3, 300, "us-east-1", 1);
    story.accepted("silent", 4, 400, "us-east-1", 1);
    story.refused("refused", 5, 503, "us-east-1");
    AtomicInteger outage = new AtomicInteger();
    try (ScriptedEndpoint endpoint =
        ScriptedEndpoint.start(
            request ->
                switch (request.path()) {
                  case "/payments/id-there" ->
                      outage.incrementAndGet() < 3
                          ? Answer.of(503, "")
                          : Answer.of(200, "{\"id\":\"id-there\",\"amount\":100}");
                  case "/payments/id-other" -> Answer.of(200, "{\"amount\":301}");
                  case "/payments/id-gone" -> Answer.of(404, "{}");
                  case "/accounts/payer-of-there/balance" ->
                      Answer.of(200, "{\"balances\":{\"EUR\":-100}}");
                  case "/accounts/payer-of-gone/balance" -> Answer.of(404, "{}");
                  default -> Answer.of(503, "");
                })) {
      Aftermath aftermath =
          Aftermath.ask(endpoint.target(), story.attempts(), story.orders(), LIMIT);
      assertThat(aftermath.payments())
          .containsOnly(
              entry("id-there", Finding.THERE),
              entry("id-gone", Finding.NOT_THERE),
              entry("id-other", Finding.NOT_THERE),
              entry("id-silent", Finding.UNKNOWN));
      assertThat(aftermath.balances())
          .containsOnly(entry("payer-of-there", -100L), entry("payer-of-gone", 0L));
    }
  }
}
