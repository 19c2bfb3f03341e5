package io.github.paymentdr.runtime.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON objects as maps. */
public final class Json {
  private static final JSON MAPPER =
      JSON.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  // Messages of the parser must not quote secrets.
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS)
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
  public static Map<String, Object> readObject(String json) throws IOException {
    try (JsonParser parser = MAPPER.createParser(json)) {
      Map<String, Object> members = MAPPER.mapFrom(parser);
      if (members == null || parser.nextToken() != null) {
        throw new IOException("not one JSON object");
      }
      return members;
    }
  }

  /**
   * Writes a JSON object.
   *
   * @param members its members: texts, numbers, booleans, nulls, lists and maps of these
   * @return the text, in one line
   */
  public static String write(Map<String, ? extends @Nullable Object> members) {
    try {
      return MAPPER.asString(members);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
