package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;

/**
 * DynamoDB Local behind HTTP. One server plays the replicas of both regions: a table that is
 * strongly consistent across regions looks like one table.
 */
public final class ControlTableServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "DynamoDB_20120810.";

  private final DynamoDBProxyServer server;
  private final URI uri;
  private final String account;

  private ControlTableServer(DynamoDBProxyServer server, URI uri, String account) {
    this.server = server;
    this.uri = uri;
    this.account = account;
  }

  /**
   * What the server answers.
   *
   * @param status the status of HTTP
   * @param body a text in JSON
   */
  public record Answer(int status, String body) {}

  /** {@return the same server as another account sees it: with tables of its own} */
  public ControlTableServer of(String otherAccount) {
    return new ControlTableServer(server, uri, otherAccount);
  }

  /** Starts a server without tables. */
  public static ControlTableServer start() {
    try {
      int port;
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      DynamoDBProxyServer server =
          ServerRunner.createServerFromCommandLineArgs(
              new String[] {"-inMemory", "-port", String.valueOf(port)});
      server.start();
      return new ControlTableServer(server, URI.create("http://127.0.0.1:" + port), "local");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes a table whose only key is a text. */
  public void create(String table, String key) {
    ObjectNode request = JSON.createObjectNode().put("TableName", table);
    request.put("BillingMode", "PAY_PER_REQUEST");
    request
        .putArray("AttributeDefinitions")
        .addObject()
        .put("AttributeName", key)
        .put("AttributeType", "S");
    request.putArray("KeySchema").addObject().put("AttributeName", key).put("KeyType", "HASH");
    call("CreateTable", request);
  }

  /** {@return an item, or an empty object} */
  public JsonNode item(String table, String id) {
    ObjectNode request =
        JSON.createObjectNode().put("TableName", table).put("ConsistentRead", true);
    request.putObject("Key").putObject("id").put("S", id);
    return call("GetItem", request).path("Item");
  }

  /** Puts an item, whatever was there. */
  public void put(String table, JsonNode item) {
    ObjectNode request = JSON.createObjectNode().put("TableName", table);
    request.set("Item", item);
    call("PutItem", request);
  }

  /** Sets an attribute of an item that is there to a text. */
  void set(String table, String id, String attribute, String text) {
    ObjectNode request =
        JSON.createObjectNode()
            .put("TableName", table)
            .put("UpdateExpression", "set #attribute = :text")
            .put("ConditionExpression", "attribute_exists(id)");
    request.putObject("Key").putObject("id").put("S", id);
    request.putObject("ExpressionAttributeNames").put("#attribute", attribute);
    request.putObject("ExpressionAttributeValues").putObject(":text").put("S", text);
    call("UpdateItem", request);
  }

  /** Deletes an item. */
  public void delete(String table, String id) {
    ObjectNode request = JSON.createObjectNode().put("TableName", table);
    request.putObject("Key").putObject("id").put("S", id);
    call("DeleteItem", request);
  }

  /** {@return all items of a table} */
  public JsonNode scan(String table) {
    return call("Scan", JSON.createObjectNode().put("TableName", table).put("ConsistentRead", true))
        .path("Items");
  }

  /** {@return the answer to a request in the API's own JSON, whatever it is} */
  public Answer send(String operation, String json) throws IOException {
    return send(API + operation, "application/x-amz-json-1.0", json.getBytes(UTF_8));
  }

  /**
   * There are very many calls, each of which the JDK's newer client hands from thread to thread.
   */
  Answer send(String target, String type, byte[] body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    // Then it does not send again by itself what may have been done.
    connection.setFixedLengthStreamingMode(body.length);
    connection.setRequestProperty("X-Amz-Target", target);
    connection.setRequestProperty("Content-Type", type);
    connection.setRequestProperty(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential="
            + account
            + "/20261122/us-east-1/dynamodb/aws4_request,"
            + " SignedHeaders=host, Signature=0");
    try (OutputStream request = connection.getOutputStream()) {
      request.write(body);
    }
    int status = connection.getResponseCode();
    try (InputStream answer =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return new Answer(status, new String(answer.readAllBytes(), UTF_8));
    }
  }

  private JsonNode call(String operation, JsonNode request) {
    try {
      Answer response = send(operation, request.toString());
      if (response.status() != 200) {
        throw new IllegalStateException(operation + ": " + response.body());
      }
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
