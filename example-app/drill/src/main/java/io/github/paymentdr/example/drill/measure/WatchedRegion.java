package io.github.paymentdr.example.drill.measure;

import io.github.paymentdr.example.drill.load.PaymentTarget;

/**
 * A region to watch.
 *
 * @param name the region
 * @param functionUrl its Function URL
 */
public record WatchedRegion(String name, PaymentTarget functionUrl) {}
