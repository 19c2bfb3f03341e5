package io.github.paymentdr.payments.conformance;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Code that the architecture forbids, beside code that it allows. It is never run. */
final class WrongCode {
  private WrongCode() {}

  static final class ClocksAndChance {
    static final int FAULTS = 7;

    private ClocksAndChance() {}

    static Stream<Object> wrong() {
      Supplier<UUID> reference = UUID::randomUUID;
      return Stream.of(
          Instant.now(),
          LocalDate.now(ZoneOffset.UTC),
          Clock.systemUTC(),
          System.currentTimeMillis(),
          Math.random(),
          new Random(),
          reference);
    }

    static Object right() {
      return Instant.EPOCH;
    }
  }

  static final class DefaultLocale {
    static final int FAULTS = 3;

    private DefaultLocale() {}

    @SuppressWarnings("StringCaseLocaleUsage")
    static Stream<Object> wrong(String text) {
      return Stream.of(
          text.toLowerCase(), Locale.getDefault(), DateTimeFormatter.ofPattern("yyyy"));
    }

    static Stream<Object> right(String text) {
      return Stream.of(
          text.toLowerCase(Locale.ROOT), DateTimeFormatter.ofPattern("yyyy", Locale.ROOT));
    }
  }

  static final class NoOrder {
    static final int FAULTS = 7;

    private NoOrder() {}

    static Stream<Object> wrong(List<String> texts) {
      return Stream.of(
          Map.of("a", 1, "b", 2),
          Map.ofEntries(Map.entry("a", 1)),
          Set.of("a", "b"),
          Set.of(texts.toArray(String[]::new)),
          Set.copyOf(texts),
          new HashMap<>(),
          texts.stream().collect(Collectors.toSet()));
    }

    static Stream<Object> right(List<String> texts) {
      return Stream.of(
          Map.of(),
          Map.of("a", 1),
          Set.of("a"),
          texts.stream().collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  static final class Prints {
    private Prints() {}

    static void wrong() {
      System.out.println("wrong");
    }
  }
}
