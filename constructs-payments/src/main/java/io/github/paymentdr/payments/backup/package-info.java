/** Daily backups of one region, copied to the other. */
@NullMarked
package io.github.paymentdr.payments.backup;

import org.jspecify.annotations.NullMarked;
