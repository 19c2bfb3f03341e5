package io.github.paymentdr.runtime.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How far each part of a scan that reads several at once has come. */
final class Segments {
  private static final String BEGIN = "";
  private static final String END = "end";
  private static final String AFTER = "after ";

  private final List<String> places;

  private Segments(List<String> places) {
    this.places = places;
  }

  /** A bookmark of another number of segments leads nowhere, so it is read from the beginning. */
  static Segments of(Bookmark bookmark, int count) {
    return new Segments(
        bookmark.places().size() == count
            ? new ArrayList<>(bookmark.places())
            : new ArrayList<>(Collections.nCopies(count, BEGIN)));
  }

  boolean isAtEnd(int segment) {
    return places.get(segment).equals(END);
  }

  /** {@return the id after which to go on, empty to begin} */
  String lastRead(int segment) {
    String place = places.get(segment);
    return place.startsWith(AFTER) ? place.substring(AFTER.length()) : BEGIN;
  }

  void moveTo(int segment, String lastRead) {
    places.set(segment, lastRead.isEmpty() ? END : AFTER + lastRead);
  }

  Bookmark bookmark() {
    return places.stream().allMatch(END::equals) ? Bookmark.END : new Bookmark(false, places);
  }
}
