package io.github.paymentdr.payments.endpoint;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.region.RegionPair;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudfront.AllowedMethods;
import software.amazon.awscdk.services.cloudfront.BehaviorOptions;
import software.amazon.awscdk.services.cloudfront.CachePolicy;
import software.amazon.awscdk.services.cloudfront.Distribution;
import software.amazon.awscdk.services.cloudfront.ErrorResponse;
import software.amazon.awscdk.services.cloudfront.Function;
import software.amazon.awscdk.services.cloudfront.FunctionAssociation;
import software.amazon.awscdk.services.cloudfront.FunctionCode;
import software.amazon.awscdk.services.cloudfront.FunctionEventType;
import software.amazon.awscdk.services.cloudfront.FunctionRuntime;
import software.amazon.awscdk.services.cloudfront.FunctionUrlOriginAccessControl;
import software.amazon.awscdk.services.cloudfront.IKeyValueStore;
import software.amazon.awscdk.services.cloudfront.IOrigin;
import software.amazon.awscdk.services.cloudfront.OriginRequestPolicy;
import software.amazon.awscdk.services.cloudfront.ResponseCustomHeader;
import software.amazon.awscdk.services.cloudfront.ResponseCustomHeadersBehavior;
import software.amazon.awscdk.services.cloudfront.ResponseHeadersContentTypeOptions;
import software.amazon.awscdk.services.cloudfront.ResponseHeadersPolicy;
import software.amazon.awscdk.services.cloudfront.ResponseHeadersStrictTransportSecurity;
import software.amazon.awscdk.services.cloudfront.ResponseSecurityHeadersBehavior;
import software.amazon.awscdk.services.cloudfront.Signing;
import software.amazon.awscdk.services.cloudfront.ViewerProtocolPolicy;
import software.amazon.awscdk.services.cloudfront.origins.FunctionUrlOrigin;
import software.amazon.awscdk.services.cloudfront.origins.FunctionUrlOriginProps;
import software.amazon.awscdk.services.s3.IBucket;
import software.constructs.Construct;

/** The distribution and what belongs to it, all in the primary region's stack. */
final class EndpointDistribution {
  private static final int HSTS_DAYS = 365;

  /** A region that is gone should cost a caller seconds, not the half minute of the defaults. */
  private static final int CONNECTION_ATTEMPTS = 2;

  private static final int CONNECTION_TIMEOUT = 3;

  /** From "How CloudFront caches HTTP 4xx and 5xx status codes" in the developer guide. */
  private static final ImmutableList<Integer> CACHED_ERRORS =
      ImmutableList.of(400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504);

  private final Construct scope;
  private final PaymentEndpointProps props;
  private final String name;

  EndpointDistribution(Construct scope, PaymentEndpointProps props) {
    this.scope = scope;
    this.props = props;
    this.name = props.getNames().pairName(props.getPurpose());
  }

  Distribution create(IKeyValueStore store, IBucket logs) {
    return Distribution.Builder.create(scope, "Distribution")
        .comment("Payments, whichever region is active: " + name)
        .defaultBehavior(behaviour(store))
        .errorResponses(uncachedErrors())
        .domainNames(props.getDomainNames().isEmpty() ? null : props.getDomainNames())
        .certificate(props.getCertificate())
        // Without a certificate it would be ignored, with a warning.
        .minimumProtocolVersion(
            props.getCertificate() == null ? null : props.getMinimumProtocolVersion())
        .webAclId(props.getWebAclArn())
        .priceClass(props.getPriceClass())
        .httpVersion(props.getHttpVersion())
        .enableIpv6(true)
        .enableLogging(true)
        .logBucket(logs)
        .logFilePrefix(name + "/")
        .logIncludesCookies(false)
        .build();
  }

  private BehaviorOptions behaviour(IKeyValueStore store) {
    return BehaviorOptions.builder()
        .origin(origin())
        .allowedMethods(AllowedMethods.ALLOW_ALL)
        // Not redirected: a client would repeat a redirected POST as a GET, and its token would
        // have been on the wire in the clear.
        .viewerProtocolPolicy(ViewerProtocolPolicy.HTTPS_ONLY)
        .cachePolicy(CachePolicy.CACHING_DISABLED)
        .originRequestPolicy(OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER)
        .responseHeadersPolicy(responseHeaders())
        .compress(false)
        .functionAssociations(
            ImmutableList.of(
                FunctionAssociation.builder()
                    .eventType(FunctionEventType.VIEWER_REQUEST)
                    .function(edgeFunction(store))
                    .build()))
        .build();
  }

  private IOrigin origin() {
    FunctionUrlOriginAccessControl accessControl =
        FunctionUrlOriginAccessControl.Builder.create(scope, "OriginAccessControl")
            .originAccessControlName(name)
            .description("Signs requests to the payment functions of both regions")
            .signing(Signing.SIGV4_ALWAYS)
            .build();
    return new FunctionUrlOrigin(
        props.getPaymentFunction().getFunctionUrl(),
        FunctionUrlOriginProps.builder()
            .originAccessControlId(accessControl.getOriginAccessControlId())
            .readTimeout(EndpointChecks.readTimeoutOf(props.getPaymentFunction()))
            .connectionAttempts(CONNECTION_ATTEMPTS)
            .connectionTimeout(Duration.seconds(CONNECTION_TIMEOUT))
            .build());
  }

  private Function edgeFunction(IKeyValueStore store) {
    RegionPair pair = props.getNames().getRegionPair();
    return Function.Builder.create(scope, "EdgeFunction")
        .functionName(name)
        .comment("Lets callers in and finds the active region")
        .runtime(FunctionRuntime.JS_2_0)
        .code(
            FunctionCode.fromInline(
                EdgeFunctionCode.of(pair, props.getAccess(), props.getPublicHealthCheck())))
        .keyValueStore(store)
        .build();
  }

  private ResponseHeadersPolicy responseHeaders() {
    return ResponseHeadersPolicy.Builder.create(scope, "ResponseHeaders")
        .responseHeadersPolicyName(name)
        .comment("Only over TLS, and kept nowhere")
        .securityHeadersBehavior(
            ResponseSecurityHeadersBehavior.builder()
                .strictTransportSecurity(
                    ResponseHeadersStrictTransportSecurity.builder()
                        .accessControlMaxAge(Duration.days(HSTS_DAYS))
                        .includeSubdomains(false)
                        .override(true)
                        .build())
                .contentTypeOptions(
                    ResponseHeadersContentTypeOptions.builder().override(true).build())
                .build())
        .customHeadersBehavior(
            ResponseCustomHeadersBehavior.builder()
                .customHeaders(
                    ImmutableList.of(
                        ResponseCustomHeader.builder()
                            .header("cache-control")
                            .value("no-store")
                            .override(true)
                            .build()))
                .build())
        .build();
  }

  /** Without these, an error is kept for ten seconds, although caching is disabled. */
  private static List<ErrorResponse> uncachedErrors() {
    return CACHED_ERRORS.stream()
        .map(status -> ErrorResponse.builder().httpStatus(status).ttl(Duration.seconds(0)).build())
        .toList();
  }
}
