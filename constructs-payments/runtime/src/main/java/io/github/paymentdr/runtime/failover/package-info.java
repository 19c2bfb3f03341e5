/** What the failover asks for between the steps that AWS does by itself. */
@NullMarked
package io.github.paymentdr.runtime.failover;

import org.jspecify.annotations.NullMarked;
