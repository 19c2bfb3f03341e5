package io.github.paymentdr.example.drill.stepfunctions;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a Task state asks for.
 *
 * @param execution the ARN of the execution
 * @param state the name of the state
 * @param resource the ARN of the integration, such as {@code arn:aws:states:::lambda:invoke}
 * @param parameters its parameters, with all paths resolved
 */
public record Task(String execution, String state, String resource, JsonNode parameters) {}
