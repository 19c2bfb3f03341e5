/**
 * The replication of a pair's databases as everything above sees it, whichever way they replicate.
 */
@NullMarked
package io.github.paymentdr.runtime.replication;

import org.jspecify.annotations.NullMarked;
