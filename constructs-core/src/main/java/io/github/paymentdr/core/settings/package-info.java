/** Settings of an app, from context, environment variables and defaults. */
@NullMarked
package io.github.paymentdr.core.settings;

import org.jspecify.annotations.NullMarked;
