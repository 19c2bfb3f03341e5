/** Who is active, as one item of a strongly consistent table says, and who may accept writes. */
@NullMarked
package io.github.paymentdr.runtime.lease;

import org.jspecify.annotations.NullMarked;
