package io.github.paymentdr.payments.conformance.wrongcode.core;

import io.github.paymentdr.payments.conformance.wrongcode.payments.one.One;

/** Core code that knows of payments. */
public final class KnowsPayments {
  private KnowsPayments() {}

  public static Class<?> wrong() {
    return One.class;
  }
}
