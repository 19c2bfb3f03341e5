/**
 * The payment API that the example deploys, and the migration of its schema.
 *
 * <p>{@link io.github.paymentdr.example.payment.PaymentHandler} answers the requests of a Function
 * URL, {@link io.github.paymentdr.example.payment.MigrationHandler} brings the schema up to date
 * when a region is deployed. Both are in one artifact.
 */
@NullMarked
package io.github.paymentdr.example.payment;

import org.jspecify.annotations.NullMarked;
