package io.github.paymentdr.example.payment;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Reads and writes JSON, strictly: what two readers could understand differently is refused. */
final class Json {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NUMBER_LENGTH = 64;

  private static final JSON MAPPER =
      JSON.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          .build())
                  .build())
          .enable(JSON.Feature.USE_BIG_DECIMAL_FOR_FLOATS, JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS)
          .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
          .build();

  private Json() {}

  /**
   * Reads one JSON object and nothing after it.
   *
   * @param json the text
   * @return its members, in their order
   * @throws IOException if the text is anything else
   */
  static Map<String, Object> readObject(String json) throws IOException {
    try (JsonParser parser = MAPPER.createParser(json)) {
      Map<String, Object> members = MAPPER.mapFrom(parser);
      if (members == null || parser.nextToken() != null) {
        throw new IOException("not one JSON object");
      }
      return members;
    } catch (NumberFormatException e) {
      // An exponent that no BigDecimal has.
      throw new IOException("not a number that can be held", e);
    }
  }

  static String write(Map<String, ?> members) {
    try {
      return MAPPER.asString(members);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
