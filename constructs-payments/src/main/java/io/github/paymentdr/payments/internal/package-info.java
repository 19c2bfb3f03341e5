/**
 * What the packages of this library share among themselves. It is no part of the API and may change
 * in any release.
 */
@NullMarked
package io.github.paymentdr.payments.internal;

import org.jspecify.annotations.NullMarked;
