package io.github.paymentdr.core.validation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies of the lists that are passed to a builder. A missing list or element is kept as it is:
 * {@link Faults} reports it, together with all other faults, when the builder builds.
 */
public final class Copies {
  private Copies() {}

  /**
   * Copies a list, so that its owner can change it without changing the builder.
   *
   * @param given the list, null when it was not set
   * @param <T> the type of the elements
   * @return an unmodifiable copy, null for null
   */
  public static <T> @Nullable List<T> of(@Nullable List<T> given) {
    return given == null ? null : Collections.unmodifiableList(new ArrayList<>(given));
  }
}
