package io.github.paymentdr.example.drill.stepfunctions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;

/**
 * What happened to an execution.
 *
 * @param kind what happened
 * @param state the name of the state
 * @param at when
 * @param details the state's {@code input} or {@code output}, the {@code error} and {@code cause},
 *     the {@code attempt} or the {@code next} state
 */
public record ExecutionEvent(Kind kind, String state, Instant at, JsonNode details) {
  /** What can happen to a state. */
  public enum Kind {
    /** It was entered. */
    ENTERED,
    /** It was left for the next one. */
    EXITED,
    /** It failed; a retry or a catch may follow. */
    FAILED,
    /** It is done again. */
    RETRIED,
    /** Its error has a way of its own. */
    CAUGHT
  }

  /** {@return what the state was given, or nothing} */
  public JsonNode input() {
    return member("input");
  }

  /** {@return what the state gave to the next, or nothing} */
  public JsonNode output() {
    return member("output");
  }

  /** {@return the name of the error, or an empty text} */
  public String error() {
    return member("error").asText();
  }

  private JsonNode member(String name) {
    JsonNode member = details.get(name);
    return member == null ? MissingNode.getInstance() : member;
  }
}
