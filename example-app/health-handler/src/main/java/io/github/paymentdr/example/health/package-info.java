/** The Lambda handler that answers health requests until the payment handler exists. */
@NullMarked
package io.github.paymentdr.example.health;

import org.jspecify.annotations.NullMarked;
