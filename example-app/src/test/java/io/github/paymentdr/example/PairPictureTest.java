package io.github.paymentdr.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The picture of the pair")
class PairPictureTest {
  private static final Path PICTURE = Path.of("..", "docs", "pictures", "payment-dr-pair.svg");

  @Test
  void showsWhatIsSynthesised() throws Exception {
    Path assembly = Path.of("cdk.out");
    String drawn =
        PairPicture.draw(
            RegionTemplate.read(assembly, "PrimaryStack"),
            RegionTemplate.read(assembly, "SecondaryStack"));
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(PICTURE.getParent());
      Files.writeString(PICTURE, drawn, UTF_8);
    }
    assertThat(PICTURE).as("draw it with -Dgolden.update=true").exists();
    assertThat(drawn).isEqualTo(Files.readString(PICTURE, UTF_8));
  }
}
