/** Alarms, their topic and the dashboard of one region. */
@NullMarked
package io.github.paymentdr.payments.alarms;

import org.jspecify.annotations.NullMarked;
