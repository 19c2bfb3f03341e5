/** Connections to PostgreSQL servers, and statements that are sent one at a time. */
@NullMarked
package io.github.paymentdr.runtime.database;

import org.jspecify.annotations.NullMarked;
