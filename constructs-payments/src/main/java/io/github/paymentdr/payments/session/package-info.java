/** The sessions that both regions share. */
@NullMarked
package io.github.paymentdr.payments.session;

import org.jspecify.annotations.NullMarked;
