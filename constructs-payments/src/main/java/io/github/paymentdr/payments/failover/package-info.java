/** Which region is active, and how the other one takes over. */
@NullMarked
package io.github.paymentdr.payments.failover;

import org.jspecify.annotations.NullMarked;
