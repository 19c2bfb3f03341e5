package io.github.paymentdr.runtime.testing;

import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.lease.ControlTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

/**
 * Control tables in DynamoDB Local, of which a test run has one server. A table is reached by a
 * client of its own, and behind an {@link AwsStub} as both regions' functions reach it.
 */
public final class ControlTableServer {
  private static final String TARGET = "DynamoDB_20120810.";
  private static final AtomicInteger TABLES = new AtomicInteger();

  private final String name;

  private ControlTableServer(String name) {
    this.name = name;
  }

  private static final class Shared {
    static final URI ENDPOINT = start();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static final DynamoDbClient CLIENT =
        DynamoDbClient.builder()
            .endpointOverride(ENDPOINT)
            .region(Region.US_EAST_1)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
            .build();

    private static URI start() {
      // The header that keeps connections short is allowed only if that is said at first.
      System.setProperty("jdk.httpclient.allowRestrictedHeaders", "connection");
      try {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          port = free.getLocalPort();
        }
        DynamoDBProxyServer server =
            ServerRunner.createServerFromCommandLineArgs(
                new String[] {"-inMemory", "-sharedDb", "-port", String.valueOf(port)});
        server.start();
        return URI.create("http://127.0.0.1:" + port);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Makes an empty table. */
  public static ControlTableServer newTable() {
    String name = "control-" + TABLES.incrementAndGet();
    Shared.CLIENT.createTable(
        table ->
            table
                .tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(
                    KeySchemaElement.builder()
                        .attributeName(ControlTable.ID)
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(
                    AttributeDefinition.builder()
                        .attributeName(ControlTable.ID)
                        .attributeType("S")
                        .build()));
    return new ControlTableServer(name);
  }

  public String name() {
    return name;
  }

  public DynamoDbClient client() {
    return Shared.CLIENT;
  }

  /** Lets a stub of AWS answer for the table. */
  public ControlTableServer behind(AwsStub aws) {
    for (String action : List.of("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Scan")) {
      aws.on(TARGET + action, ControlTableServer::forward);
    }
    return this;
  }

  /** Passes a request on, for tests that do something about it. */
  public static Response forward(Request request) throws IOException {
    HttpRequest forwarded =
        HttpRequest.newBuilder(Shared.ENDPOINT)
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
    Shared.CLIENT.putItem(put -> put.tableName(name).item(item));
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
    Shared.CLIENT
        .getItem(get -> get.tableName(name).key(Map.of(ControlTable.ID, AttributeValue.fromS(id))))
        .item()
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
    Shared.CLIENT.deleteItem(
        delete -> delete.tableName(name).key(Map.of(ControlTable.ID, AttributeValue.fromS(id))));
  }
}
