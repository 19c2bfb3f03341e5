package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.runtime.lease.ControlTable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Where everything passes that both regions do with the pair's tables: it sees each write of the
 * lease, one after the other.
 */
final class ControlDoor {
  static final String LEASE = ControlTable.LEASE;

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String API = "DynamoDB_20120810.";

  private final ControlTableServer tables;
  private final String controlTable;
  private final boolean keepsJournal;
  private final List<LeaseChange> changes = new ArrayList<>();

  ControlDoor(ControlTableServer tables, String controlTable, boolean keepsJournal) {
    this.tables = tables;
    this.controlTable = controlTable;
    this.keepsJournal = keepsJournal;
  }

  /** A request to DynamoDB. */
  record Request(String operation, JsonNode body) {
    static Request read(String target, byte[] body) throws IOException {
      return new Request(target.substring(target.indexOf('.') + 1), JSON.readTree(body));
    }

    private String id() {
      JsonNode holder = body.has("Item") ? body.path("Item") : body.path("Key");
      return holder.path("id").path("S").asText();
    }

    boolean readsLease() {
      return operation.equals("GetItem") && id().equals(LEASE);
    }

    boolean writesLease() {
      return !operation.equals("GetItem") && id().equals(LEASE);
    }

    boolean writesJournal() {
      return operation.equals("PutItem") && id().startsWith(ControlTable.JOURNAL);
    }
  }

  /** {@return all writes of the lease so far} */
  List<LeaseChange> changes() {
    synchronized (changes) {
      return List.copyOf(changes);
    }
  }

  ControlTableServer tables() {
    return tables;
  }

  /** {@return the answer to a request of the API's own JSON} */
  ControlTableServer.Answer send(String operation, String json) throws IOException {
    return send(
        new Request(operation, JSON.readTree(json)),
        "application/x-amz-json-1.0",
        json.getBytes(UTF_8));
  }

  /** {@return the answer to a request, null for the empty answer of what is not kept} */
  ControlTableServer.Answer send(Request request, String type, byte[] body) throws IOException {
    if (!request.writesLease()) {
      return tables.send(API + request.operation(), type, body);
    }
    // The next write must not come before what this one has made of the lease was seen.
    synchronized (changes) {
      ControlTableServer.Answer answer = tables.send(API + request.operation(), type, body);
      if (answer.status() == 200) {
        note();
      }
      return answer;
    }
  }

  /** {@return whether a request is answered and nothing is kept of it} */
  boolean swallows(Request request) {
    return !keepsJournal && request.writesJournal();
  }

  private void note() {
    JsonNode lease = tables.item(controlTable, LEASE);
    changes.add(
        new LeaseChange(
            lease.path("activeRegion").path("S").asText(),
            lease.path("epoch").path("N").asLong(),
            lease.path("state").path("S").asText(),
            lease.path("startedBy").path("S").asText(),
            Instant.now()));
  }
}
