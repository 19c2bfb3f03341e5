package io.github.paymentdr.core.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.s3.Bucket;
import software.constructs.Construct;

@DisplayName("IamWildcards")
class IamWildcardsTest {
  private static List<String> findIn(Map<String, Object> statement) {
    return findIn(statement, Map.of());
  }

  private static List<String> findIn(Map<String, Object> statement, Map<String, Object> reasons) {
    return IamWildcards.unexplainedIn(
        Map.of(
            "Resources",
            Map.of(
                "Policy",
                Map.of(
                    "Type",
                    "AWS::IAM::Policy",
                    "Metadata",
                    Map.of("WildcardReasons", reasons),
                    "Properties",
                    Map.of("PolicyDocument", Map.of("Statement", List.of(statement)))))));
  }

  private static Map<String, Object> allow(Object action, Object resource) {
    return Map.of("Effect", "Allow", "Action", action, "Resource", resource);
  }

  @Nested
  @DisplayName("I1: finds")
  class Finds {
    @Test
    void wildcardInAnAction() {
      assertThat(findIn(allow("s3:Get*", "arn:aws:s3:::bucket")))
          .containsExactly("Policy: s3:Get* on [arn:aws:s3:::bucket]");
    }

    @Test
    void wildcardAsAction() {
      assertThat(findIn(allow("*", "arn:aws:s3:::bucket")))
          .containsExactly("Policy: * on [arn:aws:s3:::bucket]");
    }

    @Test
    void wildcardAsResourceForEachAction() {
      assertThat(findIn(allow(List.of("s3:GetObject", "s3:PutObject"), "*")))
          .containsExactly("Policy: s3:GetObject on [*]", "Policy: s3:PutObject on [*]");
    }

    @Test
    void wildcardInOneOfSeveralResources() {
      assertThat(findIn(allow("s3:GetObject", List.of("arn:aws:s3:::a", "arn:aws:s3:::b/*"))))
          .containsExactly("Policy: s3:GetObject on [arn:aws:s3:::a, arn:aws:s3:::b/*]");
    }

    @Test
    void wildcardInsideAJoin() {
      Map<String, Object> join =
          Map.of(
              "Fn::Join",
              List.of("", List.of(Map.of("Fn::GetAtt", List.of("Bucket", "Arn")), "/*")));
      assertThat(findIn(allow("s3:GetObject", join))).hasSize(1);
    }

    @Test
    void wildcardInsideASub() {
      assertThat(findIn(allow("s3:GetObject", Map.of("Fn::Sub", "${Bucket.Arn}/*")))).hasSize(1);
    }

    @Test
    void wildcardForASingleCharacter() {
      assertThat(findIn(allow("s3:GetObject", "arn:aws:s3:::bucket-?"))).hasSize(1);
      assertThat(findIn(allow("s3:?etObject", "arn:aws:s3:::bucket"))).hasSize(1);
    }

    @Test
    void everythingButAnAction() {
      assertThat(
              findIn(
                  Map.of("Effect", "Allow", "NotAction", "iam:PassRole", "Resource", "arn:aws:x")))
          .containsExactly("Policy: iam:PassRole on [arn:aws:x]");
    }

    @Test
    void everythingButAResource() {
      assertThat(
              findIn(
                  Map.of("Effect", "Allow", "Action", "s3:GetObject", "NotResource", "arn:aws:x")))
          .containsExactly("Policy: s3:GetObject on []");
    }

    @Test
    void policiesWhereverTheyStand() {
      Map<String, Object> statement = allow("s3:GetObject", "*");
      assertThat(
              IamWildcards.unexplainedIn(
                  Map.of(
                      "Resources",
                      Map.of(
                          "Role",
                          Map.of(
                              "Properties",
                              Map.of(
                                  "Policies",
                                  List.of(
                                      Map.of(
                                          "PolicyDocument", Map.of("Statement", statement)))))))))
          .containsExactly("Role: s3:GetObject on [*]");
    }
  }

  @Nested
  class Ignores {
    @Test
    void statementsWithoutAWildcard() {
      assertThat(findIn(allow("s3:GetObject", "arn:aws:s3:::bucket/key"))).isEmpty();
      assertThat(findIn(allow("kms:Decrypt", Map.of("Fn::GetAtt", List.of("Key", "Arn")))))
          .isEmpty();
    }

    @Test
    void statementsThatDeny() {
      assertThat(findIn(Map.of("Effect", "Deny", "Action", "*", "Resource", "*"))).isEmpty();
    }

    @Test
    void trustPolicies() {
      assertThat(
              findIn(
                  Map.of(
                      "Effect",
                      "Allow",
                      "Action",
                      "sts:AssumeRole",
                      "Principal",
                      Map.of("Service", "lambda.amazonaws.com"))))
          .isEmpty();
    }

    @Test
    void explainedActionsAndOnlyThese() {
      assertThat(
              findIn(
                  allow(List.of("xray:PutTraceSegments", "s3:GetObject"), "*"),
                  Map.of("xray:PutTraceSegments", "no resource-level permissions")))
          .containsExactly("Policy: s3:GetObject on [*]");
    }

    @Test
    void templatesWithoutResources() {
      assertThat(IamWildcards.unexplainedIn(Map.of())).isEmpty();
    }
  }

  @Nested
  class Explaining {
    @Test
    void staysBesideThePolicyInTheTemplate() {
      Stack stack = new Stack(new App(), "Stack");
      Role role =
          Role.Builder.create(stack, "Role")
              .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
              .build();
      role.addToPolicy(
          PolicyStatement.Builder.create()
              .actions(List.of("xray:PutTraceSegments", "xray:PutTelemetryRecords", "logs:*"))
              .resources(List.of("*"))
              .build());
      CfnResource policy =
          (CfnResource) role.getNode().findChild("DefaultPolicy").getNode().getDefaultChild();
      IamWildcards.explain(policy, "no resource-level permissions", "xray:PutTraceSegments");
      IamWildcards.explain(policy, "the same", "xray:PutTelemetryRecords");
      Template template = Template.fromStack(stack);
      assertThat(IamWildcards.unexplainedIn(template.toJSON()))
          .singleElement()
          .asString()
          .endsWith(": logs:* on [*]");
      template.hasResource(
          "AWS::IAM::Policy",
          Map.of(
              "Metadata",
              Map.of(
                  "WildcardReasons",
                  Map.of(
                      "xray:PutTraceSegments",
                      "no resource-level permissions",
                      "xray:PutTelemetryRecords",
                      "the same"))));
    }

    @Test
    void needsAResource() {
      Stack stack = new Stack(new App(), "Stack");
      Construct empty = new Construct(stack, "Empty");
      assertThatThrownBy(() -> IamWildcards.explain(empty, "why", "s3:*"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Stack/Empty has no CloudFormation resource of its own; pass the construct that holds"
                  + " the policy");
      Construct wrapper = new Construct(stack, "Wrapper");
      new Bucket(wrapper, "Default");
      assertThatThrownBy(() -> IamWildcards.explain(wrapper, "why", "s3:*"))
          .hasMessageStartingWith("Stack/Wrapper has no CloudFormation resource of its own");
    }
  }
}
