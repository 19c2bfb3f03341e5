package io.github.paymentdr.payments.endpoint;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudfront.Distribution;
import software.amazon.awscdk.services.cloudfront.IDistribution;
import software.amazon.awscdk.services.cloudfront.KeyValueStore;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.Policy;
import software.amazon.awscdk.services.lambda.CfnPermission;
import software.amazon.awscdk.services.s3.IBucket;
import software.constructs.Construct;
import software.constructs.IConstruct;

/**
 * The one URL of a pair: a CloudFront distribution in front of both regions' Function URLs. For
 * each request a function at the edge checks the caller's token and reads from a key value store
 * which region is active, so a failover moves every method, {@code POST} too, and needs no change
 * of DNS, distribution or client.
 *
 * <p>The same code is written in both stacks. The distribution and its parts are made in the
 * primary region's stack; CloudFront itself is in no region. Each region's stack lets CloudFront
 * call the region's payment function.
 *
 * <pre>{@code
 * PaymentEndpoint endpoint =
 *     PaymentEndpoint.Builder.create(this, "Endpoint")
 *         .names(names)
 *         .paymentFunction(function)
 *         .build();
 * }</pre>
 *
 * <p>As long as nobody has put a region's name under the key {@code active} of the store, requests
 * go to the primary region. Nothing is ever cached.
 */
public final class PaymentEndpoint extends Construct {
  private static final String[] STORE_ACTIONS = {
    "cloudfront-keyvaluestore:DescribeKeyValueStore",
    "cloudfront-keyvaluestore:GetKey",
    "cloudfront-keyvaluestore:PutKey",
    "cloudfront-keyvaluestore:UpdateKeys",
    "cloudfront-keyvaluestore:DeleteKey"
  };

  private static final String INVOKE_URL = "lambda:InvokeFunctionUrl";
  private static final String INVOKE = "lambda:InvokeFunction";

  private final String name;
  private final @Nullable KeyValueStore keyValueStore;
  private final @Nullable IBucket accessLogsBucket;
  private final @Nullable Distribution distribution;
  private final @Nullable String url;

  /**
   * Adds the endpoint to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, if the payment function is in another region, if CloudFront delivers no logs
   *     to the stack's region, or if the stack has an endpoint of this purpose already
   */
  public PaymentEndpoint(Construct scope, String id, PaymentEndpointProps props) {
    super(checked(scope, props), id);
    this.name = nameOf(props);
    if (roleOf(this, props) == RegionRole.PRIMARY) {
      this.keyValueStore = createStore();
      this.accessLogsBucket = AccessLogs.bucketOf(this, props);
      this.distribution =
          new EndpointDistribution(this, props).create(keyValueStore, accessLogsBucket);
      this.url = "https://" + hostOf(props, distribution) + "/";
    } else {
      this.keyValueStore = null;
      this.accessLogsBucket = null;
      this.distribution = null;
      this.url = null;
    }
    letCloudFrontCall(props);
    warnOfOpenAccess(props);
  }

  /**
   * {@return the URL that callers use, with a slash at its end; null in the secondary region's
   * stack, which knows nothing of the distribution}
   */
  public @Nullable String getUrl() {
    return url;
  }

  /**
   * {@return the ARN of the store that says which region is active and has the callers' secrets;
   * null in the secondary region's stack}
   */
  public @Nullable String getKeyValueStoreArn() {
    return keyValueStore == null ? null : keyValueStore.getKeyValueStoreArn();
  }

  /** {@return the distribution; null in the secondary region's stack} */
  public @Nullable IDistribution getDistribution() {
    return distribution;
  }

  /** {@return the bucket that receives the access logs; null in the secondary region's stack} */
  public @Nullable IBucket getAccessLogsBucket() {
    return accessLogsBucket;
  }

  /**
   * Lets somebody move the traffic: read and write single keys of the store. CloudFront has no
   * rights by key, so this is the right to read and change the callers' secrets as well.
   *
   * @param grantee who may. In the secondary region's stack the right is for every store of the
   *     account, because the store's id is not known there
   * @return the grant
   */
  public Grant grantMoveTraffic(IGrantable grantee) {
    Grant grant =
        Grant.addToPrincipal(
            GrantOnPrincipalOptions.builder()
                .grantee(grantee)
                .actions(ImmutableList.copyOf(STORE_ACTIONS))
                .resourceArns(ImmutableList.of(storeArn()))
                .build());
    if (keyValueStore == null) {
      explain(grantee);
    }
    return grant;
  }

  private KeyValueStore createStore() {
    return KeyValueStore.Builder.create(this, "Store")
        .keyValueStoreName(name)
        .comment("The active region, the regions' origins and the callers' secrets")
        .build();
  }

  private static String hostOf(PaymentEndpointProps props, IDistribution distribution) {
    return props.getDomainNames().isEmpty()
        ? distribution.getDistributionDomainName()
        : props.getDomainNames().get(0);
  }

  /** Lambda asks for both rights when a Function URL is called. */
  private void letCloudFrontCall(PaymentEndpointProps props) {
    String aliasArn = props.getPaymentFunction().getAlias().getFunctionArn();
    CfnPermission callUrl =
        CfnPermission.Builder.create(this, "CallUrl")
            .functionName(aliasArn)
            .action(INVOKE_URL)
            .principal("cloudfront.amazonaws.com")
            .sourceArn(distributionArn())
            .functionUrlAuthType("AWS_IAM")
            .build();
    CfnPermission callFunction =
        CfnPermission.Builder.create(this, "CallFunction")
            .functionName(aliasArn)
            .action(INVOKE)
            .principal("cloudfront.amazonaws.com")
            .sourceArn(distributionArn())
            .invokedViaFunctionUrl(true)
            .build();
    if (distribution == null) {
      String reason =
          "the standby must be deployable while the primary region is gone, so it reads nothing of"
              + " the primary's stack and does not know the distribution's id; the account is its"
              + " own";
      IamWildcards.explain(callUrl, reason, INVOKE_URL);
      IamWildcards.explain(callFunction, reason, INVOKE);
    }
  }

  private String distributionArn() {
    return arn("distribution/" + (distribution == null ? "*" : distribution.getDistributionId()));
  }

  private String storeArn() {
    return keyValueStore == null ? arn("key-value-store/*") : keyValueStore.getKeyValueStoreArn();
  }

  private static String arn(String resource) {
    return String.format("arn:%s:cloudfront::%s:%s", Aws.PARTITION, Aws.ACCOUNT_ID, resource);
  }

  /** A principal holds granted statements in a policy of its own, imported roles under "Policy". */
  private static void explain(IGrantable grantee) {
    Stream.of(grantee, grantee.getGrantPrincipal())
        .filter(IConstruct.class::isInstance)
        .flatMap(holder -> ((IConstruct) holder).getNode().getChildren().stream())
        .filter(Policy.class::isInstance)
        .filter(policy -> policy.getNode().getId().matches("DefaultPolicy|Policy.*"))
        .forEach(
            policy ->
                IamWildcards.explain(
                    policy,
                    "a key value store's ARN has an id that CloudFront gives, and the standby"
                        + " reads nothing of the primary's stack",
                    STORE_ACTIONS));
  }

  private void warnOfOpenAccess(PaymentEndpointProps props) {
    if (props.getAccess().isOpen()) {
      Annotations.of(this)
          .addWarningV2(
              "@payment-dr/endpoint:open",
              "anybody on the internet can call the payment function through this endpoint; the"
                  + " code must authorise every request itself, or remove"
                  + " access(EndpointAccess.open())");
    }
  }

  private static String nameOf(PaymentEndpointProps props) {
    return props.getNames().pairName(props.getPurpose());
  }

  private static RegionRole roleOf(Construct scope, PaymentEndpointProps props) {
    return props.getNames().getRegionPair().roleOf(scope);
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, PaymentEndpointProps props) {
    RegionRole role = roleOf(scope, props);
    Faults faults = Faults.of("PaymentEndpoint");
    Placement placement = Placement.of(scope, faults);
    placement.requireUniquePurpose(
        PaymentEndpoint.class,
        "endpoints",
        props.getPurpose(),
        other -> other.name.equals(nameOf(props)));
    placement.requireSameRegion("paymentFunction", props.getPaymentFunction().getFunction());
    if (role == RegionRole.PRIMARY && props.getAccessLogsBucket() == null) {
      EndpointChecks.checkLogRegion(
          faults, "the new bucket of access logs", Stack.of(scope).getRegion());
    }
    faults.throwIfAny();
    return scope;
  }

  /** Builds a {@link PaymentEndpoint}. */
  public static final class Builder extends PaymentEndpointProps.Setters<Builder>
      implements software.amazon.jsii.Builder<PaymentEndpoint> {
    private final Construct scope;
    private final String id;

    private Builder(Construct scope, String id) {
      this.scope = scope;
      this.id = id;
    }

    /**
     * Starts a builder.
     *
     * @param scope a construct inside a stack whose environment names a region of the pair
     * @param id the construct's id
     * @return a new builder
     */
    public static Builder create(Construct scope, String id) {
      return new Builder(scope, id);
    }

    /**
     * Adds the endpoint to the stack.
     *
     * @return the endpoint
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link PaymentEndpointProps.Builder#build()} do
     */
    @Override
    public PaymentEndpoint build() {
      return new PaymentEndpoint(scope, id, buildProps());
    }
  }
}
