/** Callers who pay, by the rules of {@code docs/client.md}, and keep every attempt. */
@NullMarked
package io.github.paymentdr.example.drill.load;

import org.jspecify.annotations.NullMarked;
