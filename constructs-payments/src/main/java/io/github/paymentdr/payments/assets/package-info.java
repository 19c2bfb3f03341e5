/** The files of the application, one bucket in each region. */
@NullMarked
package io.github.paymentdr.payments.assets;

import org.jspecify.annotations.NullMarked;
