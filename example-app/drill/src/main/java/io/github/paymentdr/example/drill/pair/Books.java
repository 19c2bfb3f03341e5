package io.github.paymentdr.example.drill.pair;

import java.util.List;
import java.util.Map;

/**
 * What the active region's database has booked, by SQL of its own and not by the payment function.
 *
 * @param payments the amounts of all payments in minor units, by id
 * @param keys the ids of the payments by idempotency key
 * @param withoutOneKey ids of payments that have no idempotency key, or two
 * @param doubledReferences references that more than one payment has
 * @param unbalancedBookings ids of bookings whose postings do not add up to zero
 * @param paidByPayer what each payer has paid in minor units, by the postings
 */
public record Books(
    Map<String, Long> payments,
    Map<String, String> keys,
    List<String> withoutOneKey,
    List<String> doubledReferences,
    List<String> unbalancedBookings,
    Map<String, Long> paidByPayer) {}
