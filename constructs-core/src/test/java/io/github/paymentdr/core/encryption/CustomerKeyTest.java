package io.github.paymentdr.core.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.core.iam.IamWildcards;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;

@DisplayName("CustomerKey")
class CustomerKeyTest {
  @Test
  @DisplayName("D2, T1: keys rotate, stay when their stack goes, and explain their wildcard")
  void rotatesAndStays() {
    Stack stack = new Stack(new App(), "Stack");
    CustomerKey.create(stack, "Key", "Payments at rest");
    Template template = Template.fromStack(stack);
    template.hasResource(
        "AWS::KMS::Key",
        Map.of(
            "DeletionPolicy",
            "Retain",
            "UpdateReplacePolicy",
            "Retain",
            "Properties",
            Map.of("Description", "Payments at rest", "EnableKeyRotation", true)));
    assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
  }
}
