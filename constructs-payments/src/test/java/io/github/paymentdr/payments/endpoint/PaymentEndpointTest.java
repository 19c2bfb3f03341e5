package io.github.paymentdr.payments.endpoint;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.certificatemanager.Certificate;
import software.amazon.awscdk.services.certificatemanager.ICertificate;
import software.amazon.awscdk.services.cloudfront.HttpVersion;
import software.amazon.awscdk.services.cloudfront.PriceClass;
import software.amazon.awscdk.services.cloudfront.SecurityPolicyProtocol;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.FunctionUrlAuthType;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketAttributes;
import software.amazon.awscdk.services.s3.IBucket;
import software.constructs.Construct;

@DisplayName("PaymentEndpoint")
class PaymentEndpointTest {
  private static final String DISTRIBUTION = "AWS::CloudFront::Distribution";
  private static final String PERMISSION = "AWS::Lambda::Permission";
  private static final String BUCKET = "AWS::S3::Bucket";
  private static final String CERTIFICATE =
      "arn:aws:acm:us-east-1:111122223333:certificate/1111aaaa";
  private static final String WEB_ACL =
      "arn:aws:wafv2:us-east-1:111122223333:global/webacl/payments/1111aaaa";

  private static final Template PRIMARY = Synthesis.primary(stack -> endpoint(stack).build());
  private static final Template SECONDARY = Synthesis.secondary(stack -> endpoint(stack).build());

  private static PaymentFunction.Builder function(Construct scope, String id) {
    return PaymentFunction.Builder.create(scope, id)
        .vpc(
            Vpc.fromVpcAttributes(
                scope,
                id + "Vpc",
                VpcAttributes.builder()
                    .vpcId("vpc-1")
                    .availabilityZones(List.of("a", "b"))
                    .privateSubnetIds(List.of("subnet-1", "subnet-2"))
                    .build()))
        .code(Code.fromBucket(Bucket.fromBucketName(scope, id + "Code", "code"), "handler.jar"))
        .handler("com.example.Handler::handleRequest");
  }

  private static PaymentEndpoint.Builder endpoint(Construct scope) {
    return endpoint(scope, NAMES, "Endpoint");
  }

  private static PaymentEndpoint.Builder endpoint(Construct scope, DrNames names, String id) {
    return PaymentEndpoint.Builder.create(scope, id)
        .names(names)
        .paymentFunction(function(scope, id + "Payments").build());
  }

  private static DrNames names(RegionPair pair, String suffix) {
    return DrNames.Builder.create()
        .regionPair(pair)
        .application("payment-dr")
        .suffix(suffix)
        .build();
  }

  private static Role role(Stack stack) {
    return Role.Builder.create(stack, "Mover")
        .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
        .build();
  }

  private static Map<String, Object> configuration(Template template) {
    return child(onlyPropertiesOf(template, DISTRIBUTION), "DistributionConfig");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Object value) {
    return (List<Map<String, Object>>) value;
  }

  /** The text that the deployed template has, with references by name. */
  private static String text(Object value) {
    if (value instanceof Map<?, ?> map && map.containsKey("Fn::Join")) {
      StringBuilder joined = new StringBuilder();
      ((List<?>) ((List<?>) map.get("Fn::Join")).get(1)).forEach(part -> joined.append(text(part)));
      return joined.toString();
    }
    if (value instanceof Map<?, ?> map && map.containsKey("Ref")) {
      return "<" + map.get("Ref").toString().replace("AWS::", "") + ">";
    }
    return String.valueOf(value);
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("PaymentEndpoint", PRIMARY);
    }

    @Test
    @DisplayName("B2: every method reaches the function, nothing is cached, no POST is redirected")
    void everyMethodAndNoCache() {
      assertThat(child(configuration(PRIMARY), "DefaultCacheBehavior"))
          .containsEntry(
              "AllowedMethods", List.of("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"))
          .containsEntry("ViewerProtocolPolicy", "https-only")
          .containsEntry("Compress", false)
          // The policies CachingDisabled and AllViewerExceptHostHeader that CloudFront manages.
          .containsEntry("CachePolicyId", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad")
          .containsEntry("OriginRequestPolicyId", "b689b0a8-53d0-40ab-baf2-68738e2966ac");
    }

    @Test
    @DisplayName("B2: errors are not cached either, so none outlives the failover")
    void errorsAreNotCached() {
      assertThat(list(configuration(PRIMARY).get("CustomErrorResponses")))
          .hasSize(11)
          .allSatisfy(
              error ->
                  assertThat(error)
                      .containsEntry("ErrorCachingMinTTL", 0)
                      .containsOnlyKeys("ErrorCode", "ErrorCachingMinTTL"));
    }

    @Test
    @DisplayName("F2: requests to the Function URL are signed, whoever sent them")
    void originIsSigned() {
      assertThat(
              child(
                  onlyPropertiesOf(PRIMARY, "AWS::CloudFront::OriginAccessControl"),
                  "OriginAccessControlConfig"))
          .containsEntry("OriginAccessControlOriginType", "lambda")
          .containsEntry("SigningBehavior", "always")
          .containsEntry("SigningProtocol", "sigv4");
      Map<String, Object> origin = list(configuration(PRIMARY).get("Origins")).get(0);
      assertThat(origin)
          .containsEntry(
              "OriginAccessControlId",
              Map.of("Fn::GetAtt", List.of("EndpointOriginAccessControl640708A2", "Id")))
          .containsEntry("ConnectionAttempts", 2)
          .containsEntry("ConnectionTimeout", 3);
      assertThat(child(origin, "CustomOriginConfig"))
          .containsEntry("OriginProtocolPolicy", "https-only")
          .containsEntry("OriginSSLProtocols", List.of("TLSv1.2"));
    }

    @Test
    void cloudFrontWaitsLongerThanTheFunctionMayTake() {
      assertThat(readTimeout(PRIMARY)).isEqualTo(17);
      Template template =
          Synthesis.primary(
              stack ->
                  PaymentEndpoint.Builder.create(stack, "Endpoint")
                      .names(NAMES)
                      .paymentFunction(
                          function(stack, "Payments").timeout(Duration.minutes(1)).build())
                      .build());
      assertThat(readTimeout(template)).isEqualTo(62);
    }

    private static Object readTimeout(Template template) {
      Map<String, Object> origin = list(configuration(template).get("Origins")).get(0);
      return child(origin, "CustomOriginConfig").get("OriginReadTimeout");
    }

    @Test
    @DisplayName("B2: a function at the edge finds the active region in the store")
    void edgeFunction() {
      Map<String, Object> function = onlyPropertiesOf(PRIMARY, "AWS::CloudFront::Function");
      assertThat(function)
          .containsEntry("Name", "payment-dr-endpoint-test")
          .containsEntry(
              "FunctionCode", EdgeFunctionCode.of(PAIR, EndpointAccess.bearerTokens(), false))
          .containsEntry("AutoPublish", true);
      assertThat(child(function, "FunctionConfig"))
          .containsEntry("Runtime", "cloudfront-js-2.0")
          .containsEntry(
              "KeyValueStoreAssociations",
              List.of(
                  Map.of(
                      "KeyValueStoreARN",
                      Map.of("Fn::GetAtt", List.of("EndpointStoreB0731ED4", "Arn")))));
      assertThat(
              list(
                  child(configuration(PRIMARY), "DefaultCacheBehavior")
                      .get("FunctionAssociations")))
          .singleElement()
          .satisfies(
              association -> assertThat(association).containsEntry("EventType", "viewer-request"));
      assertThat(onlyPropertiesOf(PRIMARY, "AWS::CloudFront::KeyValueStore"))
          .containsEntry("Name", "payment-dr-endpoint-test")
          .doesNotContainKey("ImportSource");
    }

    @Test
    void answersSayThatOnlyTlsWillDoAndThatNothingIsKept() {
      Map<String, Object> policy =
          child(
              onlyPropertiesOf(PRIMARY, "AWS::CloudFront::ResponseHeadersPolicy"),
              "ResponseHeadersPolicyConfig");
      assertThat(child(child(policy, "SecurityHeadersConfig"), "StrictTransportSecurity"))
          .containsEntry("AccessControlMaxAgeSec", 31_536_000)
          .containsEntry("Override", true);
      assertThat(list(child(policy, "CustomHeadersConfig").get("Items")))
          .containsExactly(
              Map.of("Header", "cache-control", "Override", true, "Value", "no-store"));
    }

    @Test
    void accessLogsAreEncryptedPrivateAndGoneAfterAWeek() {
      Map<String, Object> bucket = onlyPropertiesOf(PRIMARY, BUCKET);
      assertThat(child(configuration(PRIMARY), "Logging"))
          .containsEntry("IncludeCookies", false)
          .containsEntry("Prefix", "payment-dr-endpoint-test/");
      assertThat(bucket.toString())
          .contains("SSEAlgorithm=AES256")
          .contains("ObjectOwnership=BucketOwnerPreferred")
          .contains("RestrictPublicBuckets=true")
          .contains("ExpirationInDays=7");
      assertThat(PRIMARY.findResources(BUCKET).values())
          .allSatisfy(
              found -> assertThat(found).containsEntry("DeletionPolicy", "RetainExceptOnCreate"));
      assertThat(PRIMARY.toJSON().toString()).contains("aws:SecureTransport");
    }

    @Test
    @DisplayName("I1: CloudFront may call the function by its URL, for this distribution only")
    void permissions() {
      assertThat(propertiesOf(PRIMARY, PERMISSION))
          .hasSize(2)
          .allSatisfy(
              permission -> {
                assertThat(permission).containsEntry("Principal", "cloudfront.amazonaws.com");
                assertThat(text(permission.get("SourceArn")))
                    .matches(
                        "arn:<Partition>:cloudfront::<AccountId>:distribution"
                            + "/<EndpointDistribution[0-9A-F]+>");
              });
      PRIMARY.hasResourceProperties(
          PERMISSION,
          Map.of("Action", "lambda:InvokeFunctionUrl", "FunctionUrlAuthType", "AWS_IAM"));
      PRIMARY.hasResourceProperties(
          PERMISSION, Map.of("Action", "lambda:InvokeFunction", "InvokedViaFunctionUrl", true));
    }

    @Test
    void givesNoWarning() {
      Stack stack = Synthesis.primaryStack();
      endpoint(stack).build();
      for (String path : List.of("", "/Distribution", "/EdgeFunction", "/AccessLogs")) {
        Annotations.fromStack(stack).hasNoWarning("/TestStack/Endpoint" + path, Match.anyValue());
      }
    }

    @Test
    @DisplayName("G1: all that can be tagged is tagged")
    void tagged() {
      Stack stack = Synthesis.primaryStack();
      endpoint(stack).build();
      DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
      Template template = Template.fromStack(stack);
      for (String type : List.of(DISTRIBUTION, BUCKET, "AWS::CloudFront::Function")) {
        assertThat(propertiesOf(template, type))
            .isNotEmpty()
            .allSatisfy(
                resource ->
                    assertThat(list(resource.get("Tags")))
                        .extracting(tag -> tag.get("Key"))
                        .contains("Environment", "DR-Tier", "ManagedBy", "Application"));
      }
    }

    @Test
    void waitsForNothingInACircle() {
      assertThat(DependencyCycles.in(PRIMARY.toJSON())).isEmpty();
      assertThat(DependencyCycles.in(SECONDARY.toJSON())).isEmpty();
    }
  }

  @Nested
  class InTheSecondary {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("PaymentEndpoint-secondary", SECONDARY);
    }

    @Test
    void makesNothingOfCloudFront() {
      assertThat(SECONDARY.toJSON().toString()).doesNotContain("AWS::CloudFront::");
      SECONDARY.resourceCountIs(BUCKET, 0);
    }

    @Test
    @DisplayName("I1: any distribution of the account may call, with the reason beside it")
    void permissions() {
      assertThat(propertiesOf(SECONDARY, PERMISSION))
          .extracting(permission -> permission.get("Action"))
          .containsExactlyInAnyOrder("lambda:InvokeFunctionUrl", "lambda:InvokeFunction");
      assertThat(SECONDARY.findResources(PERMISSION).values())
          .allSatisfy(
              permission -> {
                assertThat(text(child(permission, "Properties").get("SourceArn")))
                    .isEqualTo("arn:<Partition>:cloudfront::<AccountId>:distribution/*");
                assertThat(child(permission, "Metadata")).containsKey("WildcardReasons");
              });
    }

    @Test
    void knowsNothingOfTheDistribution() {
      PaymentEndpoint secondary = endpoint(Synthesis.secondaryStack()).build();
      assertThat(secondary.getUrl()).isNull();
      assertThat(secondary.getKeyValueStoreArn()).isNull();
      assertThat(secondary.getDistribution()).isNull();
      assertThat(secondary.getAccessLogsBucket()).isNull();
    }
  }

  @Nested
  class OwnDomain {
    private static PaymentEndpoint.Builder withDomain(Stack stack) {
      return endpoint(stack)
          .domainNames(List.of("pay.example.com", "api.example.com"))
          .certificate(Certificate.fromCertificateArn(stack, "Certificate", CERTIFICATE))
          .webAclArn(WEB_ACL);
    }

    @Test
    void isInTheDistributionAndInTheUrl() {
      Stack stack = Synthesis.primaryStack();
      PaymentEndpoint endpoint = withDomain(stack).build();
      assertThat(endpoint.getUrl()).isEqualTo("https://pay.example.com/");
      Map<String, Object> configuration = configuration(Template.fromStack(stack));
      assertThat(configuration)
          .containsEntry("Aliases", List.of("pay.example.com", "api.example.com"))
          .containsEntry("WebACLId", WEB_ACL);
      assertThat(child(configuration, "ViewerCertificate"))
          .containsEntry("AcmCertificateArn", CERTIFICATE)
          .containsEntry("MinimumProtocolVersion", "TLSv1.2_2021")
          .containsEntry("SslSupportMethod", "sni-only");
    }

    @Test
    void isTheSameCodeInTheSecondary() {
      Stack stack = Synthesis.secondaryStack();
      withDomain(stack).build();
      assertThat(Template.fromStack(stack).toJSON()).isEqualTo(SECONDARY.toJSON());
    }

    @Test
    void worksInAPairWithoutUsEast1() {
      RegionPair pair = RegionPair.of("eu-west-1", "eu-central-1");
      Stack stack = Synthesis.stackIn("eu-west-1");
      endpoint(stack, names(pair, "eu"), "Endpoint")
          .domainNames(List.of("pay.example.com"))
          .certificate(Certificate.fromCertificateArn(stack, "Certificate", CERTIFICATE))
          .build();
      Template template = Template.fromStack(stack);
      template.resourceCountIs(DISTRIBUTION, 1);
      assertThat(onlyPropertiesOf(template, "AWS::CloudFront::Function").get("FunctionCode"))
          .asString()
          .contains("'eu-west-1,eu-central-1'");
    }

    @Test
    void refusesACertificateOfAnotherRegion() {
      Stack stack = Synthesis.primaryStack();
      ICertificate certificate =
          Certificate.fromCertificateArn(
              stack, "Certificate", CERTIFICATE.replace("us-east-1", "eu-west-1"));
      assertThatThrownBy(
              () ->
                  endpoint(stack)
                      .domainNames(List.of("pay.example.com"))
                      .certificate(certificate)
                      .build())
          .hasMessage(
              "PaymentEndpointProps: certificate must be in us-east-1, where CloudFront reads"
                  + " certificates, got one in eu-west-1; request it there and pass"
                  + " Certificate.fromCertificateArn(...)");
    }

    @Test
    void refusesACertificateThatIsMadeInAnotherRegion() {
      App app = new App();
      Stack west = Synthesis.stackIn(app, "West", "us-west-2");
      Stack east = Synthesis.stackIn(app, "East", "us-east-1");
      assertThatThrownBy(
              () ->
                  endpoint(west)
                      .domainNames(List.of("pay.example.com"))
                      .certificate(certificateOf(west))
                      .build())
          .hasMessageContaining("certificate must be in us-east-1")
          .hasMessageContaining("got one in us-west-2");
      assertThatCode(
              () ->
                  endpoint(east)
                      .domainNames(List.of("pay.example.com"))
                      .certificate(certificateOf(east))
                      .build())
          .doesNotThrowAnyException();
    }

    private static ICertificate certificateOf(Stack stack) {
      return Certificate.Builder.create(stack, "Certificate").domainName("pay.example.com").build();
    }

    @Test
    void takesTokens() {
      Stack stack = Synthesis.primaryStack();
      String token = Token.asString(Map.of("Ref", "Parameter"));
      assertThatCode(
              () ->
                  endpoint(stack)
                      .domainNames(List.of(token))
                      .certificate(Certificate.fromCertificateArn(stack, "Certificate", token))
                      .webAclArn(token)
                      .build())
          .doesNotThrowAnyException();
    }
  }

  @Nested
  class Access {
    @Test
    void openGivesAWarning() {
      Stack stack = Synthesis.primaryStack();
      endpoint(stack).access(EndpointAccess.open()).publicHealthCheck(true).build();
      Annotations.fromStack(stack)
          .hasWarning(
              "/TestStack/Endpoint",
              "anybody on the internet can call the payment function through this endpoint; the"
                  + " code must authorise every request itself, or remove"
                  + " access(EndpointAccess.open()) [ack: @payment-dr/endpoint:open]");
      assertThat(
              onlyPropertiesOf(Template.fromStack(stack), "AWS::CloudFront::Function")
                  .get("FunctionCode"))
          .isEqualTo(EdgeFunctionCode.of(PAIR, EndpointAccess.open(), true));
    }

    @Test
    void isAValue() {
      assertThat(EndpointAccess.bearerTokens())
          .isEqualTo(EndpointAccess.bearerTokens())
          .hasSameHashCodeAs(EndpointAccess.bearerTokens())
          .isNotEqualTo(EndpointAccess.open())
          .hasToString("EndpointAccess.bearerTokens()");
      assertThat(EndpointAccess.open()).hasToString("EndpointAccess.open()");
    }
  }

  @Nested
  class Grants {
    @Test
    @DisplayName("I1: the store of this endpoint and no other")
    void inThePrimary() {
      Stack stack = Synthesis.primaryStack();
      endpoint(stack).build().grantMoveTraffic(role(stack));
      Template template = Template.fromStack(stack);
      template.hasResourceProperties(
          "AWS::IAM::Policy",
          Map.of(
              "PolicyDocument",
              Match.objectLike(
                  Map.of(
                      "Statement",
                      List.of(
                          Map.of(
                              "Effect",
                              "Allow",
                              "Action",
                              List.of(
                                  "cloudfront-keyvaluestore:DescribeKeyValueStore",
                                  "cloudfront-keyvaluestore:GetKey",
                                  "cloudfront-keyvaluestore:PutKey",
                                  "cloudfront-keyvaluestore:UpdateKeys",
                                  "cloudfront-keyvaluestore:DeleteKey"),
                              "Resource",
                              Map.of("Fn::GetAtt", List.of("EndpointStoreB0731ED4", "Arn"))))))));
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("I1: in the secondary any store of the account, with the reason beside it")
    void inTheSecondary() {
      Stack stack = Synthesis.secondaryStack();
      PaymentEndpoint endpoint = endpoint(stack).build();
      endpoint.grantMoveTraffic(role(stack));
      IRole imported = Role.fromRoleArn(stack, "Imported", "arn:aws:iam::111122223333:role/app");
      endpoint.grantMoveTraffic(imported);
      Template template = Template.fromStack(stack);
      template.resourceCountIs("AWS::IAM::Policy", 3);
      assertThat(template.toJSON().toString()).contains(":key-value-store/*");
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }
  }

  @Nested
  class Composition {
    @Test
    void bothRolesInOneApp() {
      App app = new App();
      Stack primary = Synthesis.stackIn(app, "Primary", "us-east-1");
      Stack secondary = Synthesis.stackIn(app, "Secondary", "us-west-2");
      PaymentEndpoint first = endpoint(primary).build();
      endpoint(secondary).build();
      assertThat(first.getDistribution()).isNotNull();
      assertThat(primary.resolve(first.getKeyValueStoreArn()))
          .isEqualTo(Map.of("Fn::GetAtt", List.of("EndpointStoreB0731ED4", "Arn")));
      assertThat(text(primary.resolve(first.getUrl())))
          .matches("https://\\{Fn::GetAtt=\\[EndpointDistribution.*, DomainName]}/");
      assertThat(Template.fromStack(secondary).toJSON()).isEqualTo(SECONDARY.toJSON());
      assertThat(secondary.getDependencies()).isEmpty();
    }

    @Test
    void twoPairsInOneApp() {
      App app = new App();
      List<Stack> stacks =
          Stream.of("one", "two")
              .map(
                  suffix -> {
                    Stack stack = Synthesis.stackIn(app, "Primary-" + suffix, "us-east-1");
                    endpoint(stack, names(PAIR, suffix), "Endpoint").build();
                    return stack;
                  })
              .toList();
      for (Stack stack : stacks) {
        String name = stack.getStackName().replace("Primary", "payment-dr-endpoint");
        Template template = Template.fromStack(stack);
        assertThat(onlyPropertiesOf(template, "AWS::CloudFront::KeyValueStore"))
            .containsEntry("Name", name);
        assertThat(onlyPropertiesOf(template, "AWS::CloudFront::Function"))
            .containsEntry("Name", name);
        assertThat(
                onlyPropertiesOf(template, "AWS::CloudFront::ResponseHeadersPolicy").toString()
                    + onlyPropertiesOf(template, "AWS::CloudFront::OriginAccessControl"))
            .contains("Name=" + name + ", SecurityHeadersConfig")
            .contains("Name=" + name + ", OriginAccessControlOriginType");
      }
    }

    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                endpoint(stack).build();
                endpoint(stack, NAMES, "Partners").purpose("partners").build();
              });
      template.resourceCountIs(DISTRIBUTION, 2);
      template.resourceCountIs(PERMISSION, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"us-east-1", "us-west-2"})
    void refusesTheSamePurposeTwice(String region) {
      Stack stack = Synthesis.stackIn(region);
      endpoint(stack).build();
      assertThatThrownBy(() -> endpoint(stack, NAMES, "Second").build())
          .hasMessage(
              "PaymentEndpoint: purpose must differ between the endpoints of a stack, got"
                  + " 'endpoint' twice; set another purpose(...)");
      assertThat(stack.getNode().tryFindChild("Second")).isNull();
    }

    @Test
    void insideAConstructOfSomebodyElse() {
      Stack stack = Synthesis.primaryStack();
      Construct theirs = new Construct(stack, "Theirs");
      endpoint(theirs).build();
      Template.fromStack(stack).resourceCountIs(DISTRIBUTION, 1);
    }

    @Test
    void withAnExistingLogBucketInAnotherRegion() {
      Stack stack = Synthesis.stackIn("eu-south-1");
      IBucket logs =
          Bucket.fromBucketAttributes(
              stack,
              "Logs",
              BucketAttributes.builder().bucketName("central-logs").region("eu-central-1").build());
      PaymentEndpoint endpoint =
          endpoint(stack, names(RegionPair.of("eu-south-1", "eu-central-1"), "eu"), "Endpoint")
              .accessLogsBucket(logs)
              .build();
      assertThat(endpoint.getAccessLogsBucket()).isSameAs(logs);
      Template template = Template.fromStack(stack);
      template.resourceCountIs(BUCKET, 0);
      assertThat(text(child(configuration(template), "Logging").get("Bucket")))
          .contains("central-logs.s3.eu-central-1.");
    }

    @Test
    void withOtherChoices() {
      Template template =
          Synthesis.primary(
              stack ->
                  endpoint(stack)
                      .priceClass(PriceClass.PRICE_CLASS_100)
                      .httpVersion(HttpVersion.HTTP1_1)
                      .accessLogsRetention(Duration.days(30))
                      .removalPolicy(RemovalPolicy.DESTROY)
                      .build());
      assertThat(configuration(template))
          .containsEntry("PriceClass", "PriceClass_100")
          .containsEntry("HttpVersion", "http1.1");
      assertThat(onlyPropertiesOf(template, BUCKET).toString()).contains("ExpirationInDays=30");
    }

    @Test
    void synthesisTwiceIsIdentical() {
      Template again = Synthesis.primary(stack -> endpoint(stack).build());
      assertThat(again.toJSON().toString()).isEqualTo(PRIMARY.toJSON().toString());
    }
  }

  @Nested
  class Props {
    @Test
    void haveDefaults() {
      PaymentFunction function = function(Synthesis.primaryStack(), "Payments").build();
      PaymentEndpointProps props =
          PaymentEndpointProps.builder().names(NAMES).paymentFunction(function).build();
      assertThat(props.getNames()).isSameAs(NAMES);
      assertThat(props.getPaymentFunction()).isSameAs(function);
      assertThat(props.getPurpose()).isEqualTo("endpoint");
      assertThat(props.getAccess()).isEqualTo(EndpointAccess.bearerTokens());
      assertThat(props.getPublicHealthCheck()).isFalse();
      assertThat(props.getDomainNames()).isEmpty();
      assertThat(props.getCertificate()).isNull();
      assertThat(props.getMinimumProtocolVersion()).isEqualTo(SecurityPolicyProtocol.TLS_V1_2_2021);
      assertThat(props.getWebAclArn()).isNull();
      assertThat(props.getAccessLogsBucket()).isNull();
      assertThat(props.getAccessLogsRetention().toDays()).isEqualTo(7);
      assertThat(props.getPriceClass()).isEqualTo(PriceClass.PRICE_CLASS_ALL);
      assertThat(props.getHttpVersion()).isEqualTo(HttpVersion.HTTP2_AND_3);
      assertThat(props.getRemovalPolicy()).isEqualTo(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    }

    @Test
    void areRequired() {
      assertThatThrownBy(() -> PaymentEndpointProps.builder().build())
          .hasMessage(
              "PaymentEndpointProps has 2 faults:\n  - names is required; set"
                  + " names(DrNames.Builder.create()...build())\n  - paymentFunction is required;"
                  + " set paymentFunction(payments)");
    }

    @Test
    void namesAllFaultsAtOnce() {
      Stack stack = Synthesis.primaryStack();
      PaymentFunction function =
          function(stack, "Payments")
              .authType(FunctionUrlAuthType.NONE)
              .timeout(Duration.minutes(2))
              .build();
      IBucket logs =
          Bucket.fromBucketAttributes(
              stack,
              "Logs",
              BucketAttributes.builder().bucketName("logs").region("eu-south-1").build());
      assertThatThrownBy(
              () ->
                  PaymentEndpointProps.builder()
                      .names(names(RegionPair.of("cn-north-1", "cn-northwest-1"), "cn"))
                      .purpose("One URL")
                      .paymentFunction(function)
                      .domainNames(List.of("*.example.com", "*.example.com"))
                      .minimumProtocolVersion(SecurityPolicyProtocol.TLS_V1)
                      .webAclArn(WEB_ACL.replace("us-east-1", "eu-west-1"))
                      .accessLogsBucket(logs)
                      .accessLogsRetention(Duration.hours(36))
                      .removalPolicy(RemovalPolicy.SNAPSHOT)
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "PaymentEndpointProps has 15 faults:\n"
                  + "  - names must be of a pair in the partition aws, got"
                  + " cn-north-1/cn-northwest-1 in aws-cn; CloudFront has no key value stores"
                  + " there\n"
                  + "  - purpose must be lower-case letters, digits and single hyphens, got 'One"
                  + " URL'\n"
                  + "  - paymentFunction must ask for IAM authorisation, got authType NONE, with"
                  + " which everybody can go around the endpoint; remove"
                  + " authType(FunctionUrlAuthType.NONE)\n"
                  + "  - paymentFunction must end within 118 seconds, got a timeout of 2 minutes;"
                  + " CloudFront waits for an answer no longer\n"
                  + "  - domainNames needs a certificate that covers them; set certificate(...)\n"
                  + "  - domainNames must be host names in lower case such as pay.example.com, got"
                  + " '*.example.com'; wildcards are not allowed\n"
                  + "  - domainNames must be host names in lower case such as pay.example.com, got"
                  + " '*.example.com'; wildcards are not allowed\n"
                  + "  - domainNames must differ, got [*.example.com, *.example.com]; remove the"
                  + " repetition\n"
                  + "  - minimumProtocolVersion takes effect with a certificate only; set"
                  + " certificate(...) or remove it\n"
                  + "  - minimumProtocolVersion must be one of [TLS_V1_2_2021, TLS_V1_2_2025,"
                  + " TLS_V1_3_2025], got TLS_V1; older ones let weak ciphers in\n"
                  + "  - webAclArn must be the ARN of a web ACL of scope CLOUDFRONT in us-east-1"
                  + " such as arn:aws:wafv2:us-east-1:111122223333:global/webacl/name/id, got"
                  + " 'arn:aws:wafv2:eu-west-1:111122223333:global/webacl/payments/1111aaaa'\n"
                  + "  - accessLogsRetention is for the bucket that the construct makes, got"
                  + " accessLogsBucket too; remove one of them\n"
                  + "  - accessLogsRetention must be a whole number of days, at least 1, got 1 day"
                  + " 12 hours\n"
                  + "  - removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got"
                  + " SNAPSHOT; CloudFormation takes no snapshots of buckets\n"
                  + "  - accessLogsBucket must be in a region that CloudFront delivers access logs"
                  + " to, got eu-south-1; set accessLogsBucket(...) to a bucket in another region,"
                  + " for example Bucket.fromBucketAttributes(...)");
    }

    @ParameterizedTest
    @CsvSource({
      "''",
      "localhost",
      "Pay.example.com",
      "pay_ment.example.com",
      "-pay.example.com",
      "pay.example.com.",
      "https://pay.example.com",
      "pay..example.com",
      "10.0.0.1"
    })
    void refusesWhatIsNoHostName(String name) {
      Stack stack = Synthesis.primaryStack();
      assertThatThrownBy(() -> endpoint(stack).domainNames(List.of(name)).build())
          .hasMessageContaining("domainNames must be host names in lower case");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "payments",
          "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/payments/1111aaaa",
          "arn:aws:waf::111122223333:webacl/1111aaaa"
        })
    void refusesAWebAclThatCloudFrontCannotUse(String arn) {
      Stack stack = Synthesis.primaryStack();
      assertThatThrownBy(() -> endpoint(stack).webAclArn(arn).build())
          .hasMessageContaining("webAclArn must be the ARN of a web ACL of scope CLOUDFRONT");
    }

    @Test
    void refusesACertificateWithoutDomainNamesAndMissingNames() {
      Stack stack = Synthesis.primaryStack();
      ICertificate certificate = Certificate.fromCertificateArn(stack, "Certificate", CERTIFICATE);
      assertThatThrownBy(() -> endpoint(stack).certificate(certificate).build())
          .hasMessage(
              "PaymentEndpointProps: certificate needs the domain names that it is for; set"
                  + " domainNames(...)");
      assertThatThrownBy(
              () ->
                  endpoint(stack, NAMES, "Second")
                      .domainNames(Arrays.asList("pay.example.com", null))
                      .certificate(certificate)
                      .build())
          .hasMessage(
              "PaymentEndpointProps: domainNames must not contain null, got [pay.example.com,"
                  + " null]; remove it");
    }

    @Test
    void refusesAFunctionOfAnotherRegion() {
      App app = new App();
      Stack primary = Synthesis.stackIn(app, "Primary", "us-east-1");
      Stack secondary = Synthesis.stackIn(app, "Secondary", "us-west-2");
      PaymentFunction there = function(secondary, "Payments").build();
      assertThatThrownBy(
              () ->
                  PaymentEndpoint.Builder.create(primary, "Endpoint")
                      .names(NAMES)
                      .paymentFunction(there)
                      .build())
          .hasMessage(
              "PaymentEndpoint: paymentFunction must be in us-east-1 like the stack, got us-west-2;"
                  + " use one of the stack's own region");
      assertThat(primary.getNode().getChildren()).isEmpty();
    }

    @Test
    void refusesARegionWithoutLogs() {
      Stack stack = Synthesis.stackIn("eu-south-1");
      DrNames names = names(RegionPair.of("eu-south-1", "eu-central-1"), "eu");
      assertThatThrownBy(() -> endpoint(stack, names, "Endpoint").build())
          .hasMessage(
              "PaymentEndpoint: the new bucket of access logs must be in a region that CloudFront"
                  + " delivers access logs to, got eu-south-1; set accessLogsBucket(...) to a bucket"
                  + " in another region, for example Bucket.fromBucketAttributes(...)");
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> endpoint(stack).build())
          .hasMessageStartingWith(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2");
    }

    @Test
    void takesTokensForTimes() {
      Stack stack = Synthesis.primaryStack();
      Number token = Token.asNumber(Map.of("Ref", "Parameter"));
      PaymentEndpoint.Builder.create(stack, "Endpoint")
          .names(NAMES)
          .paymentFunction(function(stack, "Payments").timeout(Duration.seconds(token)).build())
          .accessLogsRetention(Duration.days(token))
          .build();
      Map<String, Object> origin =
          list(configuration(Template.fromStack(stack)).get("Origins")).get(0);
      assertThat(child(origin, "CustomOriginConfig")).containsEntry("OriginReadTimeout", 120);
      assertThatThrownBy(
              () ->
                  endpoint(stack, NAMES, "Second")
                      .accessLogsRetention(
                          Duration.hours(Token.asNumber(Map.of("Ref", Aws.ACCOUNT_ID))))
                      .build())
          .hasMessage(
              "PaymentEndpointProps: accessLogsRetention must be Duration.days(...) for a"
                  + " deploy-time token, got hours; CloudFormation cannot convert units");
    }
  }
}
