/** How AWS services are called, and what their failures mean. */
@NullMarked
package io.github.paymentdr.runtime.aws;

import org.jspecify.annotations.NullMarked;
