package io.github.paymentdr.example.drill.report;

/**
 * Something that happened at one moment.
 *
 * @param at when, in seconds from the disaster's begin
 * @param kind what kind of thing
 * @param text what, for people
 */
public record Mark(double at, Kind kind, String text) {
  /** What kind of thing happens. */
  public enum Kind {
    /** Something is broken. */
    DISASTER,
    /** Something is mended. */
    MENDED,
    /** An alarm goes on or off. */
    ALARM,
    /** A person does something. */
    PERSON
  }
}
