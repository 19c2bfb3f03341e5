/** The Aurora PostgreSQL cluster of one region, and how its data reaches the other one. */
@NullMarked
package io.github.paymentdr.payments.database;

import org.jspecify.annotations.NullMarked;
