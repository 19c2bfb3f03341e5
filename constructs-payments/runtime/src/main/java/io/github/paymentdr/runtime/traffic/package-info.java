/** How the one URL in front of both regions is led to the active one. */
@NullMarked
package io.github.paymentdr.runtime.traffic;

import org.jspecify.annotations.NullMarked;
