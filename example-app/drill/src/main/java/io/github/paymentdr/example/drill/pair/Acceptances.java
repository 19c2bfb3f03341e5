package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects what payment functions have accepted, from their answers. */
final class Acceptances {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Acceptance> all = new CopyOnWriteArrayList<>();

  List<Acceptance> all() {
    return List.copyOf(all);
  }

  void note(String region, JsonNode event, JsonNode answer, Instant at) {
    String key = event.path("headers").path("idempotency-key").asText();
    JsonNode headers = answer.path("headers");
    if (key.isEmpty()
        || answer.path("statusCode").asInt() / 100 != 2
        || headers.has("idempotency-replayed")) {
      return;
    }
    String id;
    try {
      id = JSON.readTree(answer.path("body").asText()).path("id").asText();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(answer.toString(), e);
    }
    all.add(new Acceptance(region, headers.path("x-lease-epoch").asLong(), key, id, at));
  }
}
