package io.github.paymentdr.runtime.replication;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of a promotion.
 *
 * @param role {@link NodeRole#ACTIVE}, or {@link NodeRole#PROMOTING} while AWS is at it
 * @param mode how it was promoted
 * @param epoch the epoch that has begun
 * @param alreadyActive whether an earlier call had finished it
 * @param receivedPosition the last position received of the other region's WAL
 * @param appliedPosition the last position applied
 * @param lastReceivedAt when something was last received
 * @param completeUntil everything that the other region accepted up to here is here, by its clock
 * @param lossWindowMillis how long the other region may have accepted what is not here: from {@code
 *     completeUntil} until it was fenced, or until it was given up; 0 for a planned one
 */
public record PromotionOutcome(
    NodeRole role,
    PromotionRequest.Mode mode,
    OptionalLong epoch,
    boolean alreadyActive,
    Optional<String> receivedPosition,
    Optional<String> appliedPosition,
    Optional<Instant> lastReceivedAt,
    Optional<Instant> completeUntil,
    OptionalLong lossWindowMillis) {}
