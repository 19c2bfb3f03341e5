package io.github.paymentdr.payments.conformance.wrongcode.payments.two;

import io.github.paymentdr.payments.conformance.wrongcode.payments.one.One;

/** The other half of a cycle. */
public final class Two {
  private Two() {}

  public static Class<?> other() {
    return One.class;
  }
}
