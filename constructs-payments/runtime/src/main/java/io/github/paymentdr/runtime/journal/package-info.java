/**
 * What was accepted and may not be in the other region's database yet.
 *
 * <p>An entry is written before its transaction is committed, while the transaction holds the locks
 * of what it changes. An entry may therefore belong to an attempt that never commits: a <i>dead</i>
 * one. Why a dead attempt never contradicts what was answered:
 *
 * <ol>
 *   <li>A slot stands for what can be true once only: one creation for each idempotency key, one
 *       change for each place in the order of a payment's changes. It holds one entry.
 *   <li>Who writes to a slot holds the locks of the same thing in the database, and has seen that
 *       nothing is there. So another attempt found in the slot has neither committed nor can it
 *       still: its transaction is over, or it would have the locks. It gives way.
 *   <li>After a takeover the locks of the lost region's database mean nothing, but then the epoch
 *       is a later one: an entry of a later epoch never gives way, and whoever writes in an earlier
 *       epoch does not pass {@code confirm}.
 *   <li>Each replacement and each removal of a dead attempt is conditional on that very attempt,
 *       and each first write on an empty slot. A request that was delayed in the network thus finds
 *       its condition broken, or it puts a dead attempt into a slot whose truth is in the database
 *       already; the replay finds that truth there and drops the attempt.
 *   <li>An entry goes only when the database of the region that is not active has it, as exactly
 *       this attempt, or when it is dead: the active region's database does not have it minutes
 *       after it was written. What a replay could not write is marked and is neither replaced nor
 *       removed, for it may have been answered.
 * </ol>
 *
 * <p>That a successor finds all entries is shown in {@link io.github.paymentdr.runtime.lease}.
 */
@NullMarked
package io.github.paymentdr.runtime.journal;

import org.jspecify.annotations.NullMarked;
