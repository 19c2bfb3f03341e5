/** Replication by an Aurora global database, which AWS promotes. */
@NullMarked
package io.github.paymentdr.runtime.replication.global;

import org.jspecify.annotations.NullMarked;
