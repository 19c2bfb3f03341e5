/** Finds the network of the other region and gives it its routes to this one. */
@NullMarked
package io.github.paymentdr.runtime.peering;

import org.jspecify.annotations.NullMarked;
