package io.github.paymentdr.example.drill.pair;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A state that an execution of a region's state machine was in.
 *
 * @param region whose state machine
 * @param execution the execution's ARN
 * @param name the state's name
 * @param from when it was entered
 * @param to when it was left, or null while it is not
 * @param error the error that it failed with last, or an empty text
 */
public record FailoverStep(
    String region,
    String execution,
    String name,
    Instant from,
    @Nullable Instant to,
    String error) {}
