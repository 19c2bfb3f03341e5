/** The tags that every resource of a pair carries. */
@NullMarked
package io.github.paymentdr.core.tagging;

import org.jspecify.annotations.NullMarked;
