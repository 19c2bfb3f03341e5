package io.github.paymentdr.example.payment;

/**
 * The region that the function runs in.
 *
 * @param name for example {@code us-east-1}
 * @param role its place in the pair, which says nothing of who books: the lease does
 */
record Region(String name, Role role) {
  /** The place of a region in the pair. */
  enum Role {
    PRIMARY,
    SECONDARY
  }
}
