/** Values of one region's stack that the other region's stack reads. */
@NullMarked
package io.github.paymentdr.core.reference;

import org.jspecify.annotations.NullMarked;
