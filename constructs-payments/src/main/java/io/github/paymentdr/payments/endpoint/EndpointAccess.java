package io.github.paymentdr.payments.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * How a {@link PaymentEndpoint} tells who may call. CloudFront signs every request that it sends to
 * a Function URL, whoever sent it, so the IAM authorisation of the Function URLs keeps out whoever
 * goes around the endpoint, but nobody who uses it.
 *
 * <pre>{@code
 * PaymentEndpoint.Builder.create(this, "Endpoint").access(EndpointAccess.bearerTokens())
 * }</pre>
 */
public final class EndpointAccess {
  private final String method;

  private EndpointAccess(String method) {
    this.method = method;
  }

  /**
   * Callers send a JSON Web Token, signed with HMAC SHA-256 under a secret that is in the
   * endpoint's key value store, and the endpoint checks it before the request goes anywhere. As
   * long as the store has no secret nobody gets in.
   *
   * @return the choice
   */
  public static EndpointAccess bearerTokens() {
    return new EndpointAccess("bearerTokens");
  }

  /**
   * Everybody on the internet gets through to the function, which must authorise every request
   * itself. The construct warns with the id {@code @payment-dr/endpoint:open}.
   *
   * @return the choice
   */
  public static EndpointAccess open() {
    return new EndpointAccess("open");
  }

  boolean isOpen() {
    return method.equals("open");
  }

  /** As the edge function knows it. */
  String getMethod() {
    return method;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EndpointAccess access && method.equals(access.method);
  }

  @Override
  public int hashCode() {
    return method.hashCode();
  }

  /** {@return the choice as it is written in code, {@code EndpointAccess.bearerTokens()}} */
  @Override
  public String toString() {
    return "EndpointAccess." + method + "()";
  }
}
