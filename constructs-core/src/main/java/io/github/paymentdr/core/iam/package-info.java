/** Least privilege: every IAM wildcard has a written reason. */
@NullMarked
package io.github.paymentdr.core.iam;

import org.jspecify.annotations.NullMarked;
