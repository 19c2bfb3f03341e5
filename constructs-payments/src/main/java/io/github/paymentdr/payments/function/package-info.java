/** The Lambda function with the payment logic, and how callers reach it. */
@NullMarked
package io.github.paymentdr.payments.function;

import org.jspecify.annotations.NullMarked;
