/**
 * Replication by a publication on the active side and a subscription on the standby side: two
 * databases of their own, of which {@code dr.node} says which may be written to.
 */
@NullMarked
package io.github.paymentdr.runtime.replication.logical;

import org.jspecify.annotations.NullMarked;
