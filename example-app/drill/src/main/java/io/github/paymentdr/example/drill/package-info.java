/** The drill: runs disasters on a pair of regions, shows them, and reports what became of it. */
@NullMarked
package io.github.paymentdr.example.drill;

import org.jspecify.annotations.NullMarked;
