package io.github.paymentdr.payments.endpoint;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.validation.Copies;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.function.PaymentFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.certificatemanager.ICertificate;
import software.amazon.awscdk.services.cloudfront.HttpVersion;
import software.amazon.awscdk.services.cloudfront.PriceClass;
import software.amazon.awscdk.services.cloudfront.SecurityPolicyProtocol;
import software.amazon.awscdk.services.s3.IBucket;

/** Properties of {@link PaymentEndpoint}. */
public final class PaymentEndpointProps {
  private static final String DEFAULT_PURPOSE = "endpoint";
  private static final int DEFAULT_LOG_DAYS = 7;

  private final DrNames names;
  private final PaymentFunction paymentFunction;
  private final String purpose;
  private final EndpointAccess access;
  private final Boolean publicHealthCheck;
  private final List<String> domainNames;
  private final @Nullable ICertificate certificate;
  private final SecurityPolicyProtocol minimumProtocolVersion;
  private final @Nullable String webAclArn;
  private final @Nullable IBucket accessLogsBucket;
  private final @Nullable Duration accessLogsRetention;
  private final PriceClass priceClass;
  private final HttpVersion httpVersion;
  private final RemovalPolicy removalPolicy;

  private PaymentEndpointProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.paymentFunction = requireNonNull(setters.paymentFunction);
    this.purpose = setters.effectivePurpose();
    this.access = setters.access == null ? EndpointAccess.bearerTokens() : setters.access;
    this.publicHealthCheck = Boolean.TRUE.equals(setters.publicHealthCheck);
    this.domainNames =
        setters.domainNames == null
            ? ImmutableList.of()
            : ImmutableList.copyOf(setters.domainNames);
    this.certificate = setters.certificate;
    this.minimumProtocolVersion =
        setters.minimumProtocolVersion == null
            ? SecurityPolicyProtocol.TLS_V1_2_2021
            : setters.minimumProtocolVersion;
    this.webAclArn = setters.webAclArn;
    this.accessLogsBucket = setters.accessLogsBucket;
    this.accessLogsRetention = setters.accessLogsRetention;
    this.priceClass = setters.priceClass == null ? PriceClass.PRICE_CLASS_ALL : setters.priceClass;
    this.httpVersion = setters.httpVersion == null ? HttpVersion.HTTP2_AND_3 : setters.httpVersion;
    this.removalPolicy =
        setters.removalPolicy == null
            ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            : setters.removalPolicy;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the names of the pair} */
  public DrNames getNames() {
    return names;
  }

  /** {@return the payment function of the stack's region} */
  public PaymentFunction getPaymentFunction() {
    return paymentFunction;
  }

  /**
   * {@return what the endpoint is for, a part of its resources' names, {@code endpoint} by default}
   */
  public String getPurpose() {
    return purpose;
  }

  /** {@return how the endpoint tells who may call, {@code bearerTokens()} by default} */
  public EndpointAccess getAccess() {
    return access;
  }

  /** {@return whether anybody may ask whether the function runs, false by default} */
  public Boolean getPublicHealthCheck() {
    return publicHealthCheck;
  }

  /** {@return the endpoint's own domain names, none by default} */
  public List<String> getDomainNames() {
    return domainNames;
  }

  /**
   * {@return the certificate for the domain names, null for CloudFront's own name and certificate}
   */
  public @Nullable ICertificate getCertificate() {
    return certificate;
  }

  /**
   * {@return the oldest TLS that callers of an own domain may use, {@code TLS_V1_2_2021} by
   * default}
   */
  public SecurityPolicyProtocol getMinimumProtocolVersion() {
    return minimumProtocolVersion;
  }

  /** {@return the ARN of the web ACL that requests pass, null for none} */
  public @Nullable String getWebAclArn() {
    return webAclArn;
  }

  /** {@return the bucket that receives the access logs, null for a new one} */
  public @Nullable IBucket getAccessLogsBucket() {
    return accessLogsBucket;
  }

  /** {@return how long the new bucket keeps access logs, 7 days by default} */
  public Duration getAccessLogsRetention() {
    return accessLogsRetention == null ? Duration.days(DEFAULT_LOG_DAYS) : accessLogsRetention;
  }

  /** {@return the edge locations that answer callers, {@code PRICE_CLASS_ALL} by default} */
  public PriceClass getPriceClass() {
    return priceClass;
  }

  /** {@return the versions of HTTP besides 1.1, {@code HTTP2_AND_3} by default} */
  public HttpVersion getHttpVersion() {
    return httpVersion;
  }

  /**
   * {@return what becomes of the new bucket of access logs when its stack is deleted, {@code
   * RETAIN_ON_UPDATE_OR_DELETE} by default}
   */
  public RemovalPolicy getRemovalPolicy() {
    return removalPolicy;
  }

  /** Builds {@link PaymentEndpointProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<PaymentEndpointProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public PaymentEndpointProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link PaymentEndpoint.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable PaymentFunction paymentFunction;
    private @Nullable String purpose;
    private @Nullable EndpointAccess access;
    private @Nullable Boolean publicHealthCheck;
    private @Nullable List<String> domainNames;
    private @Nullable ICertificate certificate;
    private @Nullable SecurityPolicyProtocol minimumProtocolVersion;
    private @Nullable String webAclArn;
    private @Nullable IBucket accessLogsBucket;
    private @Nullable Duration accessLogsRetention;
    private @Nullable PriceClass priceClass;
    private @Nullable HttpVersion httpVersion;
    private @Nullable RemovalPolicy removalPolicy;

    Setters() {}

    /**
     * Sets the names of the pair. Required.
     *
     * @param names the names, one region of whose pair is the stack's; the pair must be in the
     *     partition {@code aws}, because CloudFront has key value stores nowhere else
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets the payment function of the stack's region, which CloudFront is let call. Required.
     *
     * @param paymentFunction a function in the stack's region, whose URL asks for IAM authorisation
     *     and which ends within 118 seconds
     * @return this builder
     */
    public B paymentFunction(PaymentFunction paymentFunction) {
      this.paymentFunction = paymentFunction;
      return self();
    }

    /**
     * Sets what the endpoint is for, a part of the names of its resources. Two endpoints of a pair
     * need different purposes. Default: {@code endpoint}.
     *
     * @param purpose lower-case letters, digits and single hyphens
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets how the endpoint tells who may call. Default: {@code EndpointAccess.bearerTokens()}.
     *
     * @param access the choice; {@code EndpointAccess.open()} gives a warning with the id {@code
     *     @payment-dr/endpoint:open}
     * @return this builder
     */
    public B access(EndpointAccess access) {
      this.access = access;
      return self();
    }

    /**
     * Sets whether {@code GET} and {@code HEAD} of exactly {@code /health}, without a query string,
     * need no token, for a monitor that can send none. Default: false, because every request that
     * is let through costs a call of the function.
     *
     * @param publicHealthCheck whether anybody may ask
     * @return this builder
     */
    public B publicHealthCheck(Boolean publicHealthCheck) {
      this.publicHealthCheck = publicHealthCheck;
      return self();
    }

    /**
     * Sets domain names of your own. Their DNS records are yours to make, as aliases of the
     * distribution. Default: none; callers use the name that CloudFront gives.
     *
     * @param domainNames different host names that the certificate covers, no wildcards; the first
     *     is the one in the URL
     * @return this builder
     */
    public B domainNames(List<String> domainNames) {
      this.domainNames = domainNames == null ? null : Copies.of(domainNames);
      return self();
    }

    /**
     * Sets the certificate for the domain names. Default: none; CloudFront's own.
     *
     * @param certificate a certificate of AWS Certificate Manager in {@code us-east-1}, where
     *     CloudFront reads certificates whatever the regions of the pair ("Requirements for using
     *     SSL/TLS certificates with CloudFront" in the Amazon CloudFront developer guide)
     * @return this builder
     */
    public B certificate(ICertificate certificate) {
      this.certificate = certificate;
      return self();
    }

    /**
     * Sets the oldest version of TLS that callers may use. It takes effect with a certificate only;
     * with its own name and certificate CloudFront lets TLS 1.0 in ("Supported protocols and
     * ciphers between viewers and CloudFront" in the Amazon CloudFront developer guide). Default:
     * {@code TLS_V1_2_2021}.
     *
     * @param minimumProtocolVersion {@code TLS_V1_2_2021}, {@code TLS_V1_2_2025} or {@code
     *     TLS_V1_3_2025}; needs a certificate
     * @return this builder
     */
    public B minimumProtocolVersion(SecurityPolicyProtocol minimumProtocolVersion) {
      this.minimumProtocolVersion = minimumProtocolVersion;
      return self();
    }

    /**
     * Sets the web ACL of AWS WAF that requests must pass. Default: none.
     *
     * @param webAclArn the ARN of a web ACL of scope CLOUDFRONT, which lives in {@code us-east-1}
     * @return this builder
     */
    public B webAclArn(String webAclArn) {
      this.webAclArn = webAclArn;
      return self();
    }

    /**
     * Sets an existing bucket for the access logs. Default: a new bucket.
     *
     * @param accessLogsBucket a bucket with ACLs enabled, in a region that CloudFront delivers logs
     *     to ("Configure standard logging (legacy)" in the Amazon CloudFront developer guide)
     * @return this builder
     */
    public B accessLogsBucket(IBucket accessLogsBucket) {
      this.accessLogsBucket = accessLogsBucket;
      return self();
    }

    /**
     * Sets how long the new bucket keeps access logs. They have the addresses of callers in them.
     * Default: 7 days.
     *
     * @param accessLogsRetention a whole number of days, at least 1; not together with {@link
     *     #accessLogsBucket(IBucket)}, whose rules are its own
     * @return this builder
     */
    public B accessLogsRetention(Duration accessLogsRetention) {
      this.accessLogsRetention = accessLogsRetention;
      return self();
    }

    /**
     * Sets which of CloudFront's edge locations answer callers. Default: {@code PRICE_CLASS_ALL}:
     * nothing is stored at the edge, so a smaller class saves little and makes callers far away
     * slower.
     *
     * @param priceClass the price class
     * @return this builder
     */
    public B priceClass(PriceClass priceClass) {
      this.priceClass = priceClass;
      return self();
    }

    /**
     * Sets which versions of HTTP callers may use besides 1.1. Default: {@code HTTP2_AND_3}.
     *
     * @param httpVersion the versions
     * @return this builder
     */
    public B httpVersion(HttpVersion httpVersion) {
      this.httpVersion = httpVersion;
      return self();
    }

    /**
     * Sets what becomes of the new bucket of access logs when its stack is deleted. Default: {@code
     * RETAIN_ON_UPDATE_OR_DELETE}.
     *
     * @param removalPolicy {@code RETAIN}, {@code RETAIN_ON_UPDATE_OR_DELETE}, or {@code DESTROY},
     *     which succeeds only when the bucket is empty
     * @return this builder
     */
    public B removalPolicy(RemovalPolicy removalPolicy) {
      this.removalPolicy = removalPolicy;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    final PaymentEndpointProps buildProps() {
      Faults faults = Faults.of("PaymentEndpointProps");
      checkNames(faults);
      if (paymentFunction == null) {
        faults.require("paymentFunction", null, "set paymentFunction(payments)");
      } else {
        EndpointChecks.checkFunction(faults, paymentFunction);
      }
      EndpointChecks.checkDomain(faults, domainNames, certificate);
      EndpointChecks.checkTls(faults, minimumProtocolVersion, certificate);
      EndpointChecks.checkWebAcl(faults, webAclArn);
      EndpointChecks.checkLogs(faults, accessLogsBucket, accessLogsRetention, removalPolicy);
      faults.throwIfAny();
      return new PaymentEndpointProps(this);
    }

    private void checkNames(Faults faults) {
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      if (names == null) {
        return;
      }
      EndpointChecks.checkPartition(faults, names.getRegionPair());
      try {
        names.pairName(effectivePurpose());
      } catch (InvalidInputException e) {
        faults.addAll(e);
      }
    }
  }
}
