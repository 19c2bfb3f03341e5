package io.github.paymentdr.payments.endpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.function.PaymentFunction;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.certificatemanager.ICertificate;
import software.amazon.awscdk.services.cloudfront.SecurityPolicyProtocol;
import software.amazon.awscdk.services.lambda.FunctionUrlAuthType;
import software.amazon.awscdk.services.s3.IBucket;

/** What CloudFront takes, checked before it is asked. */
final class EndpointChecks {
  /** Where CloudFront looks for certificates and web ACLs. */
  static final String CLOUDFRONT_REGION = "us-east-1";

  /** From "Quotas on distributions" in the Amazon CloudFront developer guide. */
  private static final int MAX_READ_TIMEOUT = 120;

  /** Between the end of the function and CloudFront's giving up, so that its answer arrives. */
  private static final int READ_MARGIN = 2;

  private static final int MAX_DOMAIN_LENGTH = 253;
  private static final long MILLISECONDS_PER_DAY = 86_400_000L;

  private static final Pattern DOMAIN =
      Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])");

  private static final Pattern WEB_ACL_ARN =
      Pattern.compile("arn:[a-z-]+:wafv2:([a-z0-9-]+):[0-9]{12}:(global|regional)/webacl/.+");

  private static final Pattern ARN_REGION = Pattern.compile("arn:[a-z-]+:acm:([a-z0-9-]+):");

  /** From "Configure standard logging (legacy)" in the Amazon CloudFront developer guide. */
  private static final ImmutableSet<String> REGIONS_WITHOUT_LOGS =
      ImmutableSet.of(
          "af-south-1",
          "ap-east-1",
          "ap-east-2",
          "ap-south-2",
          "ap-southeast-3",
          "ap-southeast-4",
          "ap-southeast-5",
          "ap-southeast-6",
          "ap-southeast-7",
          "ca-west-1",
          "eu-central-2",
          "eu-south-1",
          "eu-south-2",
          "il-central-1",
          "me-central-1",
          "me-south-1",
          "mx-central-1");

  private static final ImmutableList<SecurityPolicyProtocol> TLS_VERSIONS =
      ImmutableList.of(
          SecurityPolicyProtocol.TLS_V1_2_2021,
          SecurityPolicyProtocol.TLS_V1_2_2025,
          SecurityPolicyProtocol.TLS_V1_3_2025);

  private EndpointChecks() {}

  static void checkPartition(Faults faults, RegionPair pair) {
    faults.unless(
        pair.getPartition().equals("aws"),
        "names must be of a pair in the partition aws, got "
            + pair
            + " in "
            + pair.getPartition()
            + "; CloudFront has no key value stores there");
  }

  static void checkFunction(Faults faults, PaymentFunction function) {
    faults.unless(
        function.getFunctionUrl().getAuthType() == FunctionUrlAuthType.AWS_IAM,
        "paymentFunction must ask for IAM authorisation, got authType NONE, with which everybody"
            + " can go around the endpoint; remove authType(FunctionUrlAuthType.NONE)");
    Duration timeout = function.getTimeout();
    int longest = MAX_READ_TIMEOUT - READ_MARGIN;
    faults.unless(
        timeout.isUnresolved() || timeout.toSeconds().intValue() <= longest,
        "paymentFunction must end within "
            + longest
            + " seconds, got a timeout of "
            + timeout.toHumanString()
            + "; CloudFront waits for an answer no longer");
  }

  /** How long CloudFront waits for the function. */
  static Duration readTimeoutOf(PaymentFunction function) {
    Duration timeout = function.getTimeout();
    return timeout.isUnresolved()
        ? Duration.seconds(MAX_READ_TIMEOUT)
        : Duration.seconds(timeout.toSeconds().intValue() + READ_MARGIN);
  }

  static void checkDomain(
      Faults faults, @Nullable List<String> domainNames, @Nullable ICertificate certificate) {
    boolean hasDomain = domainNames != null && !domainNames.isEmpty();
    faults.unless(
        hasDomain || certificate == null,
        "certificate needs the domain names that it is for; set domainNames(...)");
    faults.unless(
        !hasDomain || certificate != null,
        "domainNames needs a certificate that covers them; set certificate(...)");
    if (domainNames != null && faults.requireElements("domainNames", domainNames)) {
      domainNames.forEach(name -> checkDomainName(faults, name));
      faults.unless(
          ImmutableSet.copyOf(domainNames).size() == domainNames.size(),
          "domainNames must differ, got " + domainNames + "; remove the repetition");
    }
    if (certificate != null) {
      checkCertificate(faults, certificate);
    }
  }

  private static void checkDomainName(Faults faults, String name) {
    if (!Token.isUnresolved(name)) {
      faults.unless(
          DOMAIN.matcher(name).matches() && name.length() <= MAX_DOMAIN_LENGTH,
          "domainNames must be host names in lower case such as pay.example.com, got '"
              + name
              + "'; wildcards are not allowed");
    }
  }

  private static void checkCertificate(Faults faults, ICertificate certificate) {
    String region = regionOf(certificate);
    faults.unless(
        Token.isUnresolved(region) || region.equals(CLOUDFRONT_REGION),
        "certificate must be in us-east-1, where CloudFront reads certificates, got one in "
            + region
            + "; request it there and pass Certificate.fromCertificateArn(...)");
  }

  /** An imported certificate believes to be where it was imported; only its ARN knows. */
  private static String regionOf(ICertificate certificate) {
    String arn = certificate.getCertificateArn();
    Matcher literal = ARN_REGION.matcher(arn);
    if (literal.lookingAt()) {
      return literal.group(1);
    }
    boolean isOfThisApp = certificate.getNode().getDefaultChild() != null;
    return isOfThisApp ? certificate.getEnv().getRegion() : CLOUDFRONT_REGION;
  }

  static void checkTls(
      Faults faults, @Nullable SecurityPolicyProtocol version, @Nullable ICertificate certificate) {
    faults.unless(
        version == null || certificate != null,
        "minimumProtocolVersion takes effect with a certificate only; set certificate(...) or"
            + " remove it");
    faults.unless(
        version == null || TLS_VERSIONS.contains(version),
        "minimumProtocolVersion must be one of "
            + TLS_VERSIONS
            + ", got "
            + version
            + "; older ones let weak ciphers in");
  }

  static void checkWebAcl(Faults faults, @Nullable String arn) {
    if (arn == null || Token.isUnresolved(arn)) {
      return;
    }
    Matcher matcher = WEB_ACL_ARN.matcher(arn);
    faults.unless(
        matcher.matches()
            && matcher.group(1).equals(CLOUDFRONT_REGION)
            && matcher.group(2).equals("global"),
        "webAclArn must be the ARN of a web ACL of scope CLOUDFRONT in us-east-1 such as"
            + " arn:aws:wafv2:us-east-1:111122223333:global/webacl/name/id, got '"
            + arn
            + "'");
  }

  static void checkLogs(
      Faults faults,
      @Nullable IBucket bucket,
      @Nullable Duration retention,
      @Nullable RemovalPolicy removalPolicy) {
    faults.unless(
        bucket == null || retention == null,
        "accessLogsRetention is for the bucket that the construct makes, got accessLogsBucket too;"
            + " remove one of them");
    if (retention != null) {
      checkRetention(faults, retention);
    }
    faults.unless(
        removalPolicy != RemovalPolicy.SNAPSHOT,
        "removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got SNAPSHOT;"
            + " CloudFormation takes no snapshots of buckets");
    if (bucket != null) {
      checkLogRegion(faults, "accessLogsBucket", bucket.getEnv().getRegion());
    }
  }

  private static void checkRetention(Faults faults, Duration retention) {
    if (retention.isUnresolved()) {
      faults.unless(
          retention.unitLabel().equals("days"),
          "accessLogsRetention must be Duration.days(...) for a deploy-time token, got "
              + retention.unitLabel()
              + "; CloudFormation cannot convert units");
      return;
    }
    long milliseconds = retention.toMilliseconds().longValue();
    faults.unless(
        milliseconds > 0 && milliseconds % MILLISECONDS_PER_DAY == 0,
        "accessLogsRetention must be a whole number of days, at least 1, got "
            + retention.toHumanString());
  }

  static void checkLogRegion(Faults faults, String property, String region) {
    faults.unless(
        !REGIONS_WITHOUT_LOGS.contains(region),
        property
            + " must be in a region that CloudFront delivers access logs to, got "
            + region
            + "; set accessLogsBucket(...) to a bucket in another region, for example"
            + " Bucket.fromBucketAttributes(...)");
  }
}
