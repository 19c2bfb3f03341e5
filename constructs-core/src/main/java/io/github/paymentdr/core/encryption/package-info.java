/** Customer-managed keys with the defaults of a pair. */
@NullMarked
package io.github.paymentdr.core.encryption;

import org.jspecify.annotations.NullMarked;
