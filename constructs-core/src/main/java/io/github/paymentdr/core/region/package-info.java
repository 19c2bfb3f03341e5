/** The two regions of a disaster-recovery pair and the names they share. */
@NullMarked
package io.github.paymentdr.core.region;

import org.jspecify.annotations.NullMarked;
