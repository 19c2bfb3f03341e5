/** The one URL that callers use, whichever region is active. */
@NullMarked
package io.github.paymentdr.payments.endpoint;

import org.jspecify.annotations.NullMarked;
