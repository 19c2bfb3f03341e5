package io.github.paymentdr.example.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("HealthHandler")
class HealthHandlerTest {
  private static final HealthHandler HANDLER = new HealthHandler("us-east-1");

  @Nested
  class Health {
    @Test
    void isUp() throws IOException {
      JsonObject response = respond(JsonWriter.string(FunctionUrlEvents.getHealth()));
      assertThat(response)
          .containsEntry("statusCode", 200)
          .containsEntry(
              "headers", Map.of("content-type", "application/json", "cache-control", "no-store"))
          .containsEntry("isBase64Encoded", false);
      assertThat(bodyOf(response))
          .isEqualTo(Map.of("status", "UP", "region", "us-east-1", "version", "7"));
    }

    @Test
    void headHasTheHeadersAndNoBody() throws IOException {
      JsonObject get = respond(FunctionUrlEvents.of("GET", "/health"));
      JsonObject head = respond(FunctionUrlEvents.of("HEAD", "/health"));
      assertThat(head.get("statusCode")).isEqualTo(200);
      assertThat(head.get("headers")).isEqualTo(get.get("headers"));
      assertThat(head.get("body")).isEqualTo("");
    }

    @Test
    void queryStringIsNotLookedAt() throws IOException {
      JsonObject event = FunctionUrlEvents.getHealth();
      event.put("rawQueryString", "deep=true");
      assertThat(respond(JsonWriter.string(event)).get("statusCode")).isEqualTo(200);
    }
  }

  @Nested
  class Problems {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/health/", "/Health", "/health/deep", "/healthy", "//health", ""})
    void otherPathsAreNotFound(String path) throws IOException {
      assertProblem(respond(FunctionUrlEvents.of("GET", path)), 404, "Not Found");
    }

    @Test
    void otherPathsAreNotFoundWhateverTheMethod() throws IOException {
      assertProblem(respond(FunctionUrlEvents.of("POST", "/payments")), 404, "Not Found");
    }

    @Test
    void headOfAnotherPathHasNoBody() throws IOException {
      JsonObject response = respond(FunctionUrlEvents.of("HEAD", "/payments"));
      assertThat(response.get("statusCode")).isEqualTo(404);
      assertThat(response.get("body")).isEqualTo("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "TRACE"})
    void otherMethodsAreNotAllowed(String method) throws IOException {
      JsonObject response = respond(FunctionUrlEvents.of(method, "/health"));
      assertProblem(response, 405, "Method Not Allowed");
      assertThat(response.getObject("headers")).containsEntry("allow", "GET, HEAD");
    }

    @Test
    void postWithAnEmptyBodyIsNotAllowed() throws IOException {
      assertProblem(
          respond(FunctionUrlEvents.withBody("POST", "/health", "")), 405, "Method Not Allowed");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "{",
          "null",
          "[]",
          "\"/health\"",
          "{}",
          "{\"rawPath\":\"/health\"}",
          "{\"rawPath\":\"/health\",\"requestContext\":null}",
          "{\"rawPath\":\"/health\",\"requestContext\":{\"http\":[]}}",
          "{\"rawPath\":\"/health\",\"requestContext\":{\"http\":{\"method\":1}}}",
          "{\"rawPath\":7,\"requestContext\":{\"http\":{\"method\":\"GET\"}}}",
          "{\"Records\":[{\"eventSource\":\"aws:sqs\"}]}",
        })
    void otherEventsAreBadRequests(String event) throws IOException {
      assertProblem(respond(event), 400, "Bad Request");
    }

    @Test
    void bytesThatAreNoUtf8AreABadRequest() throws IOException {
      assertProblem(respond(new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}'}), 400, "Bad Request");
    }

    @Test
    void saysNothingOfWhatWasAsked() throws IOException {
      JsonObject response = respond(FunctionUrlEvents.of("GET", "/<script>alert(1)</script>"));
      assertThat(JsonWriter.string(response)).doesNotContain("script");
    }

    private static void assertProblem(JsonObject response, int status, String title) {
      assertThat(response.get("statusCode")).isEqualTo(status);
      assertThat(response.getObject("headers"))
          .containsEntry("content-type", "application/problem+json")
          .containsEntry("cache-control", "no-store");
      assertThat(bodyOf(response))
          .isEqualTo(Map.of("type", "about:blank", "title", title, "status", status));
    }
  }

  private static JsonObject respond(String event) throws IOException {
    return respond(event.getBytes(UTF_8));
  }

  private static JsonObject respond(byte[] event) throws IOException {
    ByteArrayOutputStream response = new ByteArrayOutputStream();
    HANDLER.handleRequest(new ByteArrayInputStream(event), response, new VersionSeven());
    return FunctionUrlEvents.parse(response.toString(UTF_8));
  }

  private static JsonObject bodyOf(JsonObject response) {
    return FunctionUrlEvents.parse(response.getString("body"));
  }

  /** A context of which the handler may ask the function's version and nothing else. */
  private static final class VersionSeven implements Context {
    @Override
    public String getFunctionVersion() {
      return "7";
    }

    @Override
    public String getAwsRequestId() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String getLogGroupName() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String getLogStreamName() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String getFunctionName() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String getInvokedFunctionArn() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CognitoIdentity getIdentity() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ClientContext getClientContext() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int getRemainingTimeInMillis() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int getMemoryLimitInMB() {
      throw new UnsupportedOperationException();
    }

    @Override
    public LambdaLogger getLogger() {
      throw new UnsupportedOperationException();
    }
  }
}
