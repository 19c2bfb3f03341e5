/** The payment disaster-recovery pair: one app, two regional stacks. */
@NullMarked
package io.github.paymentdr.example;

import org.jspecify.annotations.NullMarked;
