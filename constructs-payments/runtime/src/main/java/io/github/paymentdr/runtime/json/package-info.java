/** JSON, as events, answers and log lines are written in it. */
@NullMarked
package io.github.paymentdr.runtime.json;

import org.jspecify.annotations.NullMarked;
