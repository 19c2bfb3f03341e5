/** Input faults, collected and reported together. */
@NullMarked
package io.github.paymentdr.core.validation;

import org.jspecify.annotations.NullMarked;
