package io.github.paymentdr.example.payment;

/**
 * A change of one account.
 *
 * @param account the account
 * @param amount in minor units, positive when the account gets money, negative when it gives money
 */
record Posting(String account, long amount) {}
