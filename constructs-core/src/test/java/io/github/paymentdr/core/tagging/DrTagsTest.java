package io.github.paymentdr.core.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Tags;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.ssm.StringParameter;

@DisplayName("DrTags")
class DrTagsTest {
  private static final DrTags TAGS =
      DrTags.Builder.create().application("PaymentProcessor").build();
  private static final List<Map<String, String>> AS_LIST =
      List.of(
          Map.of("Key", "Application", "Value", "PaymentProcessor"),
          Map.of("Key", "DR-Tier", "Value", "Critical"),
          Map.of("Key", "Environment", "Value", "Production"),
          Map.of("Key", "ManagedBy", "Value", "CDK"));

  private final App app = new App();
  private final Stack stack = new Stack(app, "Stack");

  @Nested
  class Values {
    @Test
    @DisplayName("G1: the four tags and their defaults")
    void haveDefaults() {
      assertThat(TAGS.asMap())
          .containsExactly(
              Map.entry("Environment", "Production"),
              Map.entry("DR-Tier", "Critical"),
              Map.entry("ManagedBy", "CDK"),
              Map.entry("Application", "PaymentProcessor"));
    }

    @Test
    void canBeChosen() {
      assertThat(
              DrTags.Builder.create()
                  .environment("Test 1")
                  .drTier("a/b=c+d@e")
                  .managedBy("Team:Payments")
                  .application("Köln")
                  .build()
                  .asMap())
          .containsValues("Test 1", "a/b=c+d@e", "Team:Payments", "Köln");
    }

    @Test
    void areChecked() {
      String tooLong = "x".repeat(257);
      assertThatThrownBy(
              () ->
                  DrTags.Builder.create().environment("").drTier("<b>").managedBy(tooLong).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrTags has 4 faults:\n"
                  + "  - application is required; set application(\"PaymentProcessor\")\n"
                  + "  - environment must be 1 to 256 letters, digits, blanks and _.:/=+-@, got ''\n"
                  + "  - drTier must be 1 to 256 letters, digits, blanks and _.:/=+-@, got '<b>'\n"
                  + "  - managedBy must be 1 to 256 letters, digits, blanks and _.:/=+-@, got '"
                  + tooLong
                  + "'");
    }

    @Test
    void mustBeKnownAtSynthesis() {
      assertThatThrownBy(() -> DrTags.Builder.create().application(Aws.STACK_NAME).build())
          .hasMessage(
              "DrTags: application must be known at synthesis, got a deploy-time token; pass a"
                  + " literal value");
    }
  }

  @Nested
  class Applying {
    @Test
    @DisplayName("G1: tags every taggable resource, made before or after")
    void tagsEverything() {
      new Bucket(stack, "Before");
      TAGS.applyTo(stack);
      new Bucket(stack, "After");
      Template template = Template.fromStack(stack);
      template.allResourcesProperties("AWS::S3::Bucket", Map.of("Tags", AS_LIST));
    }

    @Test
    void tagsResourcesWhoseTagsAreAMap() {
      StringParameter.Builder.create(stack, "Parameter").stringValue("x").build();
      TAGS.applyTo(stack);
      Template.fromStack(stack)
          .hasResourceProperties("AWS::SSM::Parameter", Map.of("Tags", TAGS.asMap()));
    }

    @Test
    @DisplayName("G1: tags the role and function of the CDK's own custom resources")
    void tagsTheHandlersOfTheCdk() {
      Vpc.Builder.create(stack, "Vpc").restrictDefaultSecurityGroup(true).build();
      TAGS.applyTo(stack);
      Template template = Template.fromStack(stack);
      for (String type : List.of("AWS::IAM::Role", "AWS::Lambda::Function")) {
        assertThat(template.findResources(type)).as(type).isNotEmpty();
        assertThat(template.findResources(type).values())
            .allSatisfy(
                resource ->
                    assertThat((List<?>) ((Map<?, ?>) resource.get("Properties")).get("Tags"))
                        .extracting(tag -> ((Map<?, ?>) tag).get("Key").toString())
                        .containsExactlyInAnyOrderElementsOf(TAGS.asMap().keySet()));
      }
    }

    @Test
    void leavesUntypedResourcesOfOtherTypesAlone() {
      CfnResource.Builder.create(stack, "Access").type("AWS::Lambda::Permission").build();
      TAGS.applyTo(stack);
      assertThat(Template.fromStack(stack).toJSON().toString()).doesNotContain("DR-Tier");
    }

    @Test
    void leavesOtherStacksAlone() {
      Stack other = new Stack(app, "Other");
      new Bucket(other, "Bucket");
      TAGS.applyTo(stack);
      assertThat(Template.fromStack(other).toJSON().toString()).doesNotContain("DR-Tier");
    }
  }

  @Nested
  class Checking {
    @Test
    @DisplayName("G1: synthesis fails and names every resource that lacks a tag")
    void namesEveryResourceThatLacksOne() {
      Bucket lacking = new Bucket(stack, "Lacking");
      Bucket differing = new Bucket(stack, "Differing");
      new Bucket(stack, "Fine");
      TAGS.applyTo(stack);
      Tags.of(lacking).remove("DR-Tier");
      Tags.of(lacking).remove("Application");
      Tags.of(differing).add("Environment", "Test");
      assertThatThrownBy(app::synth)
          .hasMessageContaining(
              "Validation failed with the following errors:\n"
                  + "  [Stack] Stack/Lacking/Resource (AWS::S3::Bucket) lacks the tag Application,"
                  + " DR-Tier; do not remove or change the pair's tags below the stack\n"
                  + "  [Stack] Stack/Differing/Resource (AWS::S3::Bucket) lacks the tag"
                  + " Environment; do not remove or change the pair's tags below the stack")
          .message()
          .doesNotContain("Fine");
    }

    @Test
    void isContentWithFurtherTags() {
      Bucket bucket = new Bucket(stack, "Bucket");
      TAGS.applyTo(stack);
      Tags.of(bucket).add("Team", "Payments");
      app.synth();
    }
  }
}
