/** How fast, and with how little loss, a pair must recover. */
@NullMarked
package io.github.paymentdr.core.recovery;

import org.jspecify.annotations.NullMarked;
