/** The network of one region. */
@NullMarked
package io.github.paymentdr.payments.network;

import org.jspecify.annotations.NullMarked;
