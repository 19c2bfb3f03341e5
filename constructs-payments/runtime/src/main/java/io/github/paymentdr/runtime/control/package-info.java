/** The items of the control table that the failover's own functions keep. */
@NullMarked
package io.github.paymentdr.runtime.control;

import org.jspecify.annotations.NullMarked;
