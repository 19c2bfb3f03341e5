package io.github.paymentdr.example.payment;

import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The log line of one request: JSON, and metrics in CloudWatch's embedded metric format in the same
 * line.
 *
 * <p>Nothing that a caller sent gets into it but a well-formed correlation id: no path, only its
 * pattern, no header, no body. Messages of exceptions are left out as well, because they quote
 * values; an exception's class, SQLSTATE and where it was thrown say enough.
 */
final class RequestLog {
  private static final String NAMESPACE = "PaymentDr/Api";
  private static final int FRAMES = 8;

  private final PrintStream out;
  private final Clock clock;
  private final Instant start;
  private final Map<String, Object> line = new LinkedHashMap<>();

  RequestLog(PrintStream out, Clock clock, String requestId, boolean coldStart) {
    this.out = out;
    this.clock = clock;
    this.start = clock.instant();
    line.put("time", start.toString());
    line.put("level", "INFO");
    line.put("requestId", requestId);
    line.put("coldStart", coldStart);
    line.put("route", "none");
  }

  void correlationId(String id) {
    line.put("correlationId", id);
  }

  void route(Route route, String method) {
    line.put("route", (route.has(method) ? method : "OTHER") + " " + route.template());
  }

  void answer(Answer answer) {
    payment(answer.paymentId());
    line.put("replayed", answer.replayed());
  }

  void payment(UUID id) {
    line.put("paymentId", id.toString());
  }

  void session(boolean ended) {
    line.put("sessionEnded", ended);
  }

  /** Something beside the request went wrong, though the request did not. */
  void sessionFault(ProblemException problem) {
    session(false);
    line.put("level", "WARN");
    problem(problem);
  }

  void problem(ProblemException problem) {
    line.put("problem", problem.type().slug());
    if (problem.getCause() != null) {
      fault(problem.getCause());
    }
  }

  void fault(Throwable fault) {
    List<Map<String, Object>> chain = new ArrayList<>();
    for (Throwable cause = fault;
        cause != null && chain.size() < FRAMES;
        cause = cause.getCause()) {
      chain.add(describe(cause));
    }
    line.put("fault", chain);
  }

  private static Map<String, Object> describe(Throwable fault) {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("class", fault.getClass().getName());
    if (fault instanceof SQLException sql) {
      about.put("sqlState", String.valueOf(sql.getSQLState()));
    }
    about.put(
        "at", Arrays.stream(fault.getStackTrace()).limit(FRAMES).map(Object::toString).toList());
    return about;
  }

  /** Writes the line; the last thing that is done for a request. */
  void finish(int status) {
    Instant end = clock.instant();
    line.put("status", status);
    if (status >= 500) {
      line.put("level", "ERROR");
    }
    line.put("durationMs", end.toEpochMilli() - start.toEpochMilli());
    line.put("requests", 1);
    line.put("clientErrors", status >= 400 && status < 500 ? 1 : 0);
    line.put("serverErrors", status >= 500 ? 1 : 0);
    line.put("_aws", metrics(end));
    // One call, so that the lines of two requests cannot mix.
    out.println(Json.write(line));
  }

  private static Map<String, Object> metrics(Instant now) {
    Map<String, Object> directive = new LinkedHashMap<>();
    directive.put("Namespace", NAMESPACE);
    directive.put("Dimensions", List.of(List.of("route")));
    directive.put(
        "Metrics",
        List.of(
            metric("durationMs", "Milliseconds"),
            metric("requests", "Count"),
            metric("clientErrors", "Count"),
            metric("serverErrors", "Count")));
    Map<String, Object> aws = new LinkedHashMap<>();
    aws.put("Timestamp", now.toEpochMilli());
    aws.put("CloudWatchMetrics", List.of(directive));
    return aws;
  }

  private static Map<String, Object> metric(String name, @Nullable String unit) {
    Map<String, Object> metric = new LinkedHashMap<>();
    metric.put("Name", name);
    metric.put("Unit", unit);
    return metric;
  }
}
