/** What Lambda calls: events in, answers out, configuration from the environment. */
@NullMarked
package io.github.paymentdr.runtime.lambda;

import org.jspecify.annotations.NullMarked;
