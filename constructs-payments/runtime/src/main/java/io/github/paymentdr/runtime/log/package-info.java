/** What the control code says of itself. */
@NullMarked
package io.github.paymentdr.runtime.log;

import org.jspecify.annotations.NullMarked;
