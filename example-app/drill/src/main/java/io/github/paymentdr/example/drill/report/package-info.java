/** What a drill has found: its figures, as JSON and as a page. */
@NullMarked
package io.github.paymentdr.example.drill.report;

import org.jspecify.annotations.NullMarked;
