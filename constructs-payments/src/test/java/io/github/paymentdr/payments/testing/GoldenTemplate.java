package io.github.paymentdr.payments.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awscdk.assertions.Template;

/**
 * Compares a template with the one kept in {@code src/test/resources/golden}: logical ids are a
 * contract with everybody who has deployed the construct. {@code mvn test -Dgolden.update=true}
 * writes the files anew; the diff then belongs into the changelog as template impact.
 */
public final class GoldenTemplate {
  private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private GoldenTemplate() {}

  public static void assertMatches(String name, Template template) {
    try {
      String actual = render(template);
      Path file = FOLDER.resolve(name + ".json");
      if (Boolean.getBoolean("golden.update")) {
        Files.createDirectories(FOLDER);
        Files.writeString(file, actual, UTF_8);
      }
      assertThat(file).as("golden template; create with -Dgolden.update=true").exists();
      assertThat(actual).isEqualTo(Files.readString(file, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Hashes of assets change with the code that runs in Lambda, ours and the CDK's, and so does the
   * name of a function's version: neither is part of the contract.
   */
  private static String render(Template template) throws JsonProcessingException {
    return JSON.writeValueAsString(template.toJSON())
            .replaceAll("\\b[0-9a-f]{64}\\b", "<asset>")
            .replaceAll("(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}", "$1<version>")
        + "\n";
  }
}
