package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/payment-api.md says what the code does:")
class PaymentApiPageTest {
  private static String page;

  @BeforeAll
  static void read() throws IOException {
    page = Files.readString(Path.of(System.getProperty("basedir"), "../../docs/payment-api.md"));
  }

  @Test
  void problemTypesInTheirOrder() {
    List<String> described =
        Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ([0-9]{3}) \\|")
            .matcher(page)
            .results()
            .map(row -> row.group(1) + " " + row.group(2))
            .toList();
    assertThat(described)
        .isEqualTo(
            Arrays.stream(ProblemType.values())
                .map(type -> type.slug() + " " + type.status())
                .toList());
    assertThat(ProblemType.NOT_FOUND.uri())
        .isEqualTo("https://paymentdr.github.io/problems/not-found");
    assertThat(page).contains("https://paymentdr.github.io/problems/");
  }

  @Test
  void states() {
    List<String> drawn =
        Pattern.compile("(?m)^  ([A-Z_]+) --> ([A-Z_]+): ")
            .matcher(page)
            .results()
            .map(way -> way.group(1) + " " + way.group(2))
            .toList();
    assertThat(drawn)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(PaymentStatus.values())
                .flatMap(from -> from.next().stream().map(to -> from + " " + to))
                .toList());
  }

  @Test
  void routes() {
    for (Route route : Route.values()) {
      for (String method : List.of("GET", "POST", "PUT")) {
        assertThat(page.contains("| `" + method + " " + route.template() + "` |"))
            .as(method + " " + route.template())
            .isEqualTo(route.has(method));
      }
    }
  }
}
