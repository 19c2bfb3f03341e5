package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.lease.ControlTable;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A control table behind an {@link AwsStub}, as the failover's functions of both regions reach it,
 * which call other services too.
 */
public final class ControlTableBehindAws {
  private static final String TARGET = "DynamoDB_20120810.";
  private final ControlTables table = ControlTables.create();

  private ControlTableBehindAws() {}

  private static final class Shared {
    static final HttpClient HTTP = HttpClient.newHttpClient();
  }

  /** Makes an empty table. */
  public static ControlTableBehindAws create() {
    return new ControlTableBehindAws();
  }

  public String name() {
    return table.name();
  }

  public DynamoDbClient client() {
    return table.client();
  }

  /** Lets a stub of AWS answer for the table. */
  public ControlTableBehindAws behind(AwsStub aws) {
    for (String action : List.of("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Scan")) {
      aws.on(TARGET + action, ControlTableBehindAws::forward);
    }
    return this;
  }

  /** Passes a request on, for tests that do something about it. */
  public static Response forward(Request request) throws IOException {
    HttpRequest forwarded =
        HttpRequest.newBuilder(ControlTables.endpoint())
            .header("X-Amz-Target", request.action())
            .header("Content-Type", "application/x-amz-json-1.0")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request,"
                    + " SignedHeaders=host, Signature=0")
            .POST(BodyPublishers.ofByteArray(request.body().asByteArray()))
            .build();
    try {
      HttpResponse<byte[]> answer = Shared.HTTP.send(forwarded, BodyHandlers.ofByteArray());
      return new Response(
          answer.statusCode(), "application/x-amz-json-1.0", SdkBytes.fromByteArray(answer.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Puts an item of texts; numbers are written as numbers. */
  public void put(String id, Map<String, Object> attributes) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    item.put(ControlTable.ID, AttributeValue.fromS(id));
    attributes.forEach(
        (key, value) ->
            item.put(
                key,
                value instanceof Number
                    ? AttributeValue.fromN(value.toString())
                    : AttributeValue.fromS(value.toString())));
    table.put(item);
  }

  /** Puts a lease. */
  public void lease(String region, long epoch, String state) {
    put(
        ControlTable.LEASE,
        Map.of(
            "activeRegion", region,
            "epoch", epoch,
            "state", state,
            "coolDownUntil", "2026-11-22T10:00:00.000Z"));
  }

  /** {@return the attributes of an item but its id, as texts; empty if there is none} */
  public Map<String, String> get(String id) {
    Map<String, String> attributes = new LinkedHashMap<>();
    table
        .item(id)
        .forEach(
            (key, value) -> {
              if (!key.equals(ControlTable.ID)) {
                attributes.put(key, value.s() == null ? value.n() : value.s());
              }
            });
    return attributes;
  }

  /** Removes an item. */
  public void remove(String id) {
    table.remove(id);
  }
}
