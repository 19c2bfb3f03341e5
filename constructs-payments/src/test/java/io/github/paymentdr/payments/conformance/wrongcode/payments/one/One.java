package io.github.paymentdr.payments.conformance.wrongcode.payments.one;

import io.github.paymentdr.payments.conformance.wrongcode.payments.two.Two;

/** One half of a cycle. */
public final class One {
  private One() {}

  public static Class<?> other() {
    return Two.class;
  }
}
