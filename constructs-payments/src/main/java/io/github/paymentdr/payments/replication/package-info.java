/** The replication of a pair of Aurora clusters: set up, kept, watched and controlled. */
@NullMarked
package io.github.paymentdr.payments.replication;

import org.jspecify.annotations.NullMarked;
