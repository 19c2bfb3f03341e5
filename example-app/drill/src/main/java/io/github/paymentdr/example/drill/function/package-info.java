/**
 * What is beside the packaged artifact on the class path of a payment function's process. It has no
 * dependencies but those that Lambda brings along.
 */
@NullMarked
package io.github.paymentdr.example.drill.function;

import org.jspecify.annotations.NullMarked;
