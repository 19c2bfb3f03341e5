package io.github.paymentdr.example.payment;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ends a request with a problem. The detail goes to the caller: it names fields and limits, never a
 * value that was sent nor anything of the inside.
 */
final class ProblemException extends RuntimeException {
  private final ProblemType type;
  private final @Nullable String detail;
  private final @Nullable Duration retryAfter;
  private final @Nullable String allow;

  private ProblemException(
      ProblemType type,
      @Nullable String detail,
      @Nullable Duration retryAfter,
      @Nullable String allow,
      @Nullable Throwable cause) {
    super(type.slug(), cause);
    this.type = type;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.allow = allow;
  }

  static ProblemException of(ProblemType type, String detail) {
    return new ProblemException(type, detail, null, null, null);
  }

  static ProblemException of(ProblemType type, Throwable cause) {
    return new ProblemException(type, null, null, null, cause);
  }

  static ProblemException malformed(String detail) {
    return of(ProblemType.MALFORMED_REQUEST, detail);
  }

  static ProblemException ruleBroken(String detail) {
    return of(ProblemType.RULE_BROKEN, detail);
  }

  static ProblemException notFound() {
    return new ProblemException(ProblemType.NOT_FOUND, null, null, null, null);
  }

  static ProblemException methodNotAllowed(String allow) {
    return new ProblemException(ProblemType.METHOD_NOT_ALLOWED, null, null, allow, null);
  }

  static ProblemException retryLater(
      ProblemType type, Duration retryAfter, @Nullable Throwable cause) {
    return new ProblemException(type, null, retryAfter, null, cause);
  }

  ProblemType type() {
    return type;
  }

  @Nullable String detail() {
    return detail;
  }

  /** The methods that the resource has, where another one was asked for. */
  @Nullable String allow() {
    return allow;
  }

  @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** Whether the same request would get the same answer again. */
  boolean isFinal() {
    return retryAfter == null;
  }
}
