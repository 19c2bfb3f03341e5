package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The payment API, spoken to in Lambda's own event types")
class LambdaEventTypesTest {
  private static final PojoSerializer<APIGatewayV2HTTPEvent> EVENTS =
      LambdaEventSerializers.serializerFor(
          APIGatewayV2HTTPEvent.class, LambdaEventTypesTest.class.getClassLoader());

  private static final PojoSerializer<APIGatewayV2HTTPResponse> RESPONSES =
      JacksonFactory.getInstance().getSerializer(APIGatewayV2HTTPResponse.class);

  private static TestApi api;

  @BeforeAll
  static void start() {
    api = TestApi.start(2);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void booksAndReadsAPayment() {
    APIGatewayV2HTTPResponse booked =
        send("POST", "/payments", TestApi.unique(), Json.write(TestApi.order()));
    assertThat(booked.getStatusCode()).isEqualTo(201);
    assertThat(booked.getIsBase64Encoded()).isFalse();
    assertThat(booked.getHeaders()).containsEntry("content-type", "application/json");
    String id = (String) TestApi.parse(booked.getBody()).get("id");
    APIGatewayV2HTTPResponse read = send("GET", "/payments/" + id, TestApi.unique(), null);
    assertThat(read.getStatusCode()).isEqualTo(200);
    assertThat(read.getBody()).isEqualTo(booked.getBody());
  }

  @Test
  void answersAProblem() {
    APIGatewayV2HTTPResponse response = send("POST", "/payments", TestApi.unique(), "{}");
    assertThat(response.getStatusCode()).isEqualTo(400);
    assertThat(response.getHeaders()).containsEntry("content-type", "application/problem+json");
  }

  private static APIGatewayV2HTTPResponse send(
      String method, String path, String key, String body) {
    APIGatewayV2HTTPEvent event =
        APIGatewayV2HTTPEvent.builder()
            .withVersion("2.0")
            .withRouteKey("$default")
            .withRawPath(path)
            .withRawQueryString("")
            .withHeaders(Map.of("content-type", "application/json", "idempotency-key", key))
            .withRequestContext(
                RequestContext.builder()
                    .withRequestId(TestApi.unique())
                    .withHttp(
                        RequestContext.Http.builder().withMethod(method).withPath(path).build())
                    .build())
            .withBody(body)
            .withIsBase64Encoded(false)
            .build();
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    EVENTS.toJson(event, json);
    return RESPONSES.fromJson(new ByteArrayInputStream(api.sendRaw(json.toByteArray())));
  }
}
