/**
 * Who is active, as one item of a strongly consistent table says, and who may accept writes.
 *
 * <p>A payment is accepted in this order: {@code forget}, {@code admit}, the database transaction
 * up to but without its commit, the entry in the journal, {@code confirm}, commit, answer. Why no
 * payment that was answered gets lost, and no two regions answer for the same moment:
 *
 * <ol>
 *   <li>{@link io.github.paymentdr.runtime.lease.RegionGuard#confirm confirm} makes a new strongly
 *       consistent reading each time. If it finds this region active in epoch <i>e</i>, then epoch
 *       <i>e + 1</i> had not been written when the reading was made, whatever any clock says.
 *   <li>The entry was in the journal before that reading was asked for. So each payment that was
 *       answered, or merely committed, in epoch <i>e</i> was in the journal before epoch <i>e +
 *       1</i> began.
 *   <li>A successor writes epoch <i>e + 1</i> first and reads the journal afterwards, strongly
 *       consistent. It therefore finds every such payment, or the payment had been removed because
 *       the successor's own database has it.
 *   <li>No clock is needed for this. The lease time, and the wait of lease time and function
 *       timeout before a successor is promoted, are needed for something else: that the old
 *       region's commits are over before the new one begins to accept, so that the two never decide
 *       on the same account or payment at once. A frozen process that thaws later commits only what
 *       it had confirmed before, and that is in the journal.
 *   <li>A reading that took longer than the lease time is refused, because the commit that follows
 *       it would come later than the successor reckons with.
 * </ol>
 *
 * <p>A table that is not strongly consistent between regions breaks the first point.
 */
@NullMarked
package io.github.paymentdr.runtime.lease;

import org.jspecify.annotations.NullMarked;
