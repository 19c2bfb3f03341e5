package io.github.paymentdr.payments.conformance.unmarked;

/** A class whose package has no package-info. */
public final class Unmarked {
  private Unmarked() {}
}
