package io.github.paymentdr.example.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Answers {@code GET /health} on a Lambda Function URL: the function runs, in which region and in
 * which version.
 *
 * <p>This is a shallow answer: it does not touch the database or anything else outside the
 * function, so it says nothing about them. The deep one comes with the payment handler, which takes
 * the place of this class.
 *
 * <p>Every other path is 404, {@code /health/} with a slash too: one resource has one address.
 * Every method but GET and HEAD is 405, an event that is not one of a Function URL is 400. Errors
 * are problem details as of RFC 9457.
 */
public final class HealthHandler implements RequestStreamHandler {
  private static final String PATH = "/health";

  private final String region;

  /** Makes the handler for the region that Lambda names in {@code AWS_REGION}. */
  public HealthHandler() {
    this(System.getenv().getOrDefault("AWS_REGION", "unknown"));
  }

  HealthHandler(String region) {
    this.region = region;
  }

  /**
   * Answers one request.
   *
   * @param event a Function URL event, payload format 2.0
   * @param response where the answer is written to
   * @param context tells the function's version
   * @throws IOException if the answer cannot be written
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    HttpResponse answer =
        HttpRequest.read(event)
            .map(request -> answer(request, context.getFunctionVersion()))
            .orElseGet(() -> HttpResponse.problem(400, "Bad Request"));
    response.write(answer.toJson().getBytes(UTF_8));
  }

  private HttpResponse answer(HttpRequest request, String version) {
    HttpResponse answer = answerWithBody(request, version);
    return request.method().equals("HEAD") ? answer.withoutBody() : answer;
  }

  private HttpResponse answerWithBody(HttpRequest request, String version) {
    if (!request.path().equals(PATH)) {
      return HttpResponse.problem(404, "Not Found");
    }
    return switch (request.method()) {
      case "GET", "HEAD" -> HttpResponse.json(health(version));
      default -> HttpResponse.problem(405, "Method Not Allowed").withHeader("allow", "GET, HEAD");
    };
  }

  private JsonObject health(String version) {
    return JsonObject.builder()
        .value("status", "UP")
        .value("region", region)
        .value("version", version)
        .done();
  }
}
