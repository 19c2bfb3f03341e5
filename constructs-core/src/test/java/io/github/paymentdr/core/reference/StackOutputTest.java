package io.github.paymentdr.core.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.ssm.StringListParameter;
import software.amazon.awscdk.services.ssm.StringParameter;
import software.constructs.Construct;

@DisplayName("StackOutput")
class StackOutputTest {
  private final App app = new App();
  private final Stack primary = stackIn("Primary", "us-east-1");
  private final Stack secondary = stackIn("Secondary", "us-west-2");

  private Stack stackIn(String id, String region) {
    return Stack.Builder.create(app, id).env(Environment.builder().region(region).build()).build();
  }

  private static Map<String, Object> reference(String output) {
    return Map.of(
        "Fn::GetStackOutput",
        Map.of("StackName", "Primary", "OutputName", output, "Region", "us-east-1"));
  }

  @Nested
  class InItsOwnStack {
    @Test
    void isTheValueItself() {
      StackOutput<String> output =
          StackOutput.ofText(primary, "VpcId", "vpc-1", "The VPC of the primary region");
      assertThat(output.readIn(new Construct(primary, "Inner"))).isEqualTo("vpc-1");
      assertThat(output.getLogicalId()).isEqualTo("VpcId");
      assertThat(primary.getDependencies()).isEmpty();
    }

    @Test
    @DisplayName("E4: is an output with the name given")
    void isInTheTemplate() {
      StackOutput.ofText(primary, "VpcId", "vpc-1", "The VPC of the primary region");
      StackOutput.ofTextList(primary, "SubnetIds", List.of("subnet-1", "subnet-2"), "Subnets");
      Template template = Template.fromStack(primary);
      template.hasOutput(
          "VpcId", Map.of("Value", "vpc-1", "Description", "The VPC of the primary region"));
      template.hasOutput("SubnetIds", Map.of("Value", "subnet-1,subnet-2"));
    }
  }

  @Nested
  class InAnotherRegion {
    @Test
    @DisplayName("E3, E4: the secondary reads the output and depends on the primary")
    void isAReference() {
      StackOutput<String> output = StackOutput.ofText(primary, "VpcId", "vpc-1", "The VPC");
      StringParameter.Builder.create(secondary, "Read")
          .stringValue(output.readIn(secondary))
          .build();
      assertThat(secondary.getDependencies()).containsExactly(primary);
      Template.fromStack(secondary)
          .hasResourceProperties("AWS::SSM::Parameter", Map.of("Value", reference("VpcId")));
      assertThat(Template.fromStack(secondary).toJSON().toString()).doesNotContain("Custom::");
    }

    @Test
    void listIsSplitAgain() {
      StackOutput<List<String>> output =
          StackOutput.ofTextList(primary, "SubnetIds", List.of("subnet-1", "subnet-2"), "Subnets");
      List<String> read = output.readIn(secondary);
      assertThat(read).hasSize(2);
      StringListParameter.Builder.create(secondary, "Read").stringListValue(read).build();
      Map<String, Object> split = Map.of("Fn::Split", List.of(",", reference("SubnetIds")));
      Template.fromStack(secondary)
          .hasResourceProperties(
              "AWS::SSM::Parameter",
              Map.of(
                  "Value",
                  Map.of(
                      "Fn::Join",
                      List.of(
                          ",",
                          List.of(
                              Map.of("Fn::Select", List.of(0, split)),
                              Map.of("Fn::Select", List.of(1, split)))))));
    }

    @Test
    void deployTimeValuesPassToo() {
      StackOutput<String> output =
          StackOutput.ofText(primary, "Account", Aws.ACCOUNT_ID, "The account");
      assertThat(output.readIn(primary)).isEqualTo(Aws.ACCOUNT_ID);
      Template.fromStack(primary)
          .hasOutput("Account", Map.of("Value", Map.of("Ref", "AWS::AccountId")));
    }
  }

  @Nested
  class Faulty {
    @ParameterizedTest
    @ValueSource(strings = {"", "vpc-id", "1Vpc", "Vpc Id", "Vpc_Id"})
    void id(String id) {
      assertThatThrownBy(() -> StackOutput.ofText(primary, id, "vpc-1", "The VPC"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "StackOutput: id must be letters and digits, starting with a letter, got '"
                  + id
                  + "'");
      assertThat(primary.getNode().getChildren()).isEmpty();
    }

    @Test
    void listThatWouldBeSplitOtherwise() {
      assertThatThrownBy(
              () -> StackOutput.ofTextList(primary, "Names", List.of("a,b", "c", ","), "Names"))
          .hasMessage(
              "StackOutput has 2 faults:\n"
                  + "  - value of Names must not contain a comma, got 'a,b'; use an output of its"
                  + " own\n"
                  + "  - value of Names must not contain a comma, got ','; use an output of its"
                  + " own");
    }

    @Test
    void emptyList() {
      assertThatThrownBy(() -> StackOutput.ofTextList(primary, "Names", List.of(), "Names"))
          .hasMessage(
              "StackOutput: values of Names must not be empty; CloudFormation has no empty output");
    }

    @Test
    void listOfUnknownLength() {
      List<String> list = Token.asList(Map.of("Ref", "List"));
      assertThatThrownBy(() -> StackOutput.ofTextList(primary, "Names", list, "Names"))
          .hasMessage(
              "StackOutput: values of Names must be a list of known length, got a deploy-time list;"
                  + " use Fn.join(...) and an output of text");
    }

    @Test
    void regionUnknownToTheReader() {
      Stack agnostic = new Stack(app, "Agnostic");
      StackOutput<String> output = StackOutput.ofText(agnostic, "VpcId", "vpc-1", "The VPC");
      assertThatThrownBy(() -> output.readIn(secondary))
          .hasMessage(
              "StackOutput: stack Agnostic must name its region so that Secondary can read its"
                  + " output VpcId, got an environment-agnostic stack; set"
                  + " env(Environment.builder().region(...).build())");
    }
  }
}
