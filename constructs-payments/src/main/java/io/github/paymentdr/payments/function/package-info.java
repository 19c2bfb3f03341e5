/**
 * The Lambda function with the payment logic and how callers reach it, and the one that brings the
 * schema of its database up to date beforehand.
 */
@NullMarked
package io.github.paymentdr.payments.function;

import org.jspecify.annotations.NullMarked;
