package io.github.paymentdr.example.drill.load;

import java.util.Map;

/**
 * What the callers have come to so far.
 *
 * @param begun payments that were begun
 * @param acknowledged payments whose caller was told that they are accepted
 * @param rejected payments whose caller was told that they will not be
 * @param underWay payments that are neither
 * @param skipped payments that did not begin, because each caller had one under way
 * @param accepted answers that accept, by region
 * @param refused answers that do not, by region; {@code none} if no region says that it is its own
 * @param unanswered requests without an answer
 */
public record LoadCount(
    long begun,
    long acknowledged,
    long rejected,
    long underWay,
    long skipped,
    Map<String, Long> accepted,
    Map<String, Long> refused,
    long unanswered) {
  /** The name under which answers of no region are counted. */
  public static final String NONE = "none";
}
