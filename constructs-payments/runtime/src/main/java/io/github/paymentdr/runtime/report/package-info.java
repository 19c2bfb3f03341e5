/** Reports that people read afterwards, and where they are kept. */
@NullMarked
package io.github.paymentdr.runtime.report;

import org.jspecify.annotations.NullMarked;
