/** What was accepted and may not be in the other region's database yet. */
@NullMarked
package io.github.paymentdr.runtime.journal;

import org.jspecify.annotations.NullMarked;
