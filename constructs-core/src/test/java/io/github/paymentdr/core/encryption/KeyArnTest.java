package io.github.paymentdr.core.encryption;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.Aws;

@DisplayName("KeyArn")
class KeyArnTest {
  private static void check(String arn, String... regions) {
    Faults faults = Faults.of("Test");
    KeyArn.check(faults, "keyArn", arn, List.of(regions));
    faults.throwIfAny();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
      })
  void acceptsKeys(String arn) {
    assertThatCode(() -> check(arn, "us-east-1")).doesNotThrowAnyException();
  }

  @Test
  void acceptsTokens() {
    assertThatCode(() -> check("arn:aws:kms:us-east-1:" + Aws.ACCOUNT_ID + ":key/1", "us-east-1"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "alias/payments",
        "arn:aws:kms:us-east-1:111122223333:alias/payments",
        "arn:aws:kms:us-east-1:111122223333:key/*",
        "arn:aws:kms:us-east-1:1:key/1234abcd",
        "arn:aws:s3:::bucket",
      })
  void refusesWhatIsNotAKey(String arn) {
    assertThatThrownBy(() -> check(arn, "us-east-1"))
        .hasMessage(
            "Test: keyArn must be the ARN of a KMS key such as"
                + " arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab,"
                + " got '"
                + arn
                + "'; an alias is not a key, because policies name keys");
  }

  @Test
  void refusesAnotherRegion() {
    assertThatThrownBy(
            () -> check("arn:aws:kms:eu-west-1:111122223333:key/1", "us-east-1", "us-west-2"))
        .hasMessage(
            "Test: keyArn must name a key in us-east-1 or us-west-2, got one in eu-west-1; choose a"
                + " key of that region");
  }
}
