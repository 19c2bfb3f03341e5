/** The disasters of a drill: what is broken, what must happen then, and the stage for it. */
@NullMarked
package io.github.paymentdr.example.drill.disaster;

import org.jspecify.annotations.NullMarked;
