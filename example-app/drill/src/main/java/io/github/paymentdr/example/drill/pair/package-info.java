/**
 * The pair on one machine: two regions with the real functions, databases and table, wired as the
 * synthesised templates say, so that a failover can be run and watched.
 */
@org.jspecify.annotations.NullMarked
package io.github.paymentdr.example.drill.pair;
