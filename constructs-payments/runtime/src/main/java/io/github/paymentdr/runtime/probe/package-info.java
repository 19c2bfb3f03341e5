/** How one region looks at the other one: by asking it, each few seconds, as a caller would. */
@NullMarked
package io.github.paymentdr.runtime.probe;

import org.jspecify.annotations.NullMarked;
