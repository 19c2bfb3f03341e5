/** What is seen of a pair from outside, and what it adds up to. */
@NullMarked
package io.github.paymentdr.example.drill.measure;

import org.jspecify.annotations.NullMarked;
