package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * A function of a region: the real handler, one instance for each request that is underway, as
 * Lambda has it.
 */
final class LambdaFunction {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Duration timeout;
  private final Gate gate;
  private final Supplier<RequestStreamHandler> handlers;
  private final Queue<RequestStreamHandler> idle = new ConcurrentLinkedQueue<>();

  LambdaFunction(
      String name, Duration timeout, Gate gate, Supplier<RequestStreamHandler> handlers) {
    this.name = name;
    this.timeout = timeout;
    this.gate = gate;
    this.handlers = handlers;
  }

  String name() {
    return name;
  }

  /** Calls it as another service does. */
  JsonNode invoke(JsonNode event) throws TaskFailure {
    return invoke(event, timeout);
  }

  /** Calls it with less time than it has. */
  JsonNode invoke(JsonNode event, Duration time) throws TaskFailure {
    try {
      gate.pass();
      byte[] answer = call(event.toString().getBytes(UTF_8), time);
      gate.pass();
      return answer.length == 0 ? NullNode.getInstance() : JSON.readTree(answer);
    } catch (IOException e) {
      throw new TaskFailure("Lambda.SdkClientException", String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      String error = e.getClass().getName();
      throw new TaskFailure(
          error,
          JSON.createObjectNode()
              .put("errorMessage", String.valueOf(e.getMessage()))
              .put("errorType", error)
              .toString());
    }
  }

  byte[] call(byte[] event, Duration time) throws IOException {
    RequestStreamHandler handler = idle.poll();
    if (handler == null) {
      handler = handlers.get();
    }
    try {
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      handler.handleRequest(new ByteArrayInputStream(event), answer, new LambdaContext(name, time));
      return answer.toByteArray();
    } finally {
      idle.add(handler);
    }
  }

  /** Forgets all instances, as the end of a region does. */
  void restart() {
    idle.clear();
  }

  Duration timeout() {
    return timeout;
  }
}
