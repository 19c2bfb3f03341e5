package io.github.paymentdr.runtime.journal;

import java.util.List;

/**
 * Where a reading of the journal stands, so that a later one goes on from there.
 *
 * @param isAtEnd whether all has been read
 * @param places what only the journal that made it understands; empty at the beginning
 */
public record Bookmark(boolean isAtEnd, List<String> places) {
  /** Before the first entry. */
  public static final Bookmark BEGIN = new Bookmark(false, List.of());

  /** After the last entry. */
  public static final Bookmark END = new Bookmark(true, List.of());

  /** Copies the places. */
  public Bookmark {
    places = List.copyOf(places);
  }
}
