package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import java.io.IOException;
import java.time.Duration;

/** A function of a region. */
abstract class LambdaFunction {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Duration timeout;
  private final Gate gate;

  LambdaFunction(String name, Duration timeout, Gate gate) {
    this.name = name;
    this.timeout = timeout;
    this.gate = gate;
  }

  String name() {
    return name;
  }

  /** {@return how long an invocation by another service may take} */
  Duration timeout() {
    return timeout;
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
    } catch (FunctionError e) {
      throw new TaskFailure(e.type(), e.description());
    } catch (ThrottledException e) {
      throw new TaskFailure("Lambda.TooManyRequestsException", "Rate Exceeded.");
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

  /**
   * {@return what it answers}
   *
   * @throws FunctionError if it fails, or is not done in time
   * @throws ThrottledException if no instance is free and there may be no more
   * @throws IOException if nobody answers
   */
  abstract byte[] call(byte[] event, Duration time) throws IOException;

  /** Has no instances any more, as after the end of a region. */
  abstract void restart();

  /** There are as many instances as there may be, and all have something to do. */
  static final class ThrottledException extends IOException {
    ThrottledException(String name) {
      super(name + " has no free instance");
    }
  }

  /** What Lambda says of an invocation that failed. */
  static final class FunctionError extends IOException {
    private final String type;
    private final String description;

    FunctionError(String type, String description) {
      super(type + ": " + description);
      this.type = type;
      this.description = description;
    }

    String type() {
      return type;
    }

    String description() {
      return description;
    }
  }
}
