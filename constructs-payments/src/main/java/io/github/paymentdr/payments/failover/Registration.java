package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.payments.endpoint.PaymentEndpoint;
import io.github.paymentdr.payments.internal.ResourceProvider;
import software.amazon.awscdk.CustomResource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.lambda.IFunction;
import software.constructs.Construct;

/**
 * Writes into the control table where this region can be reached, while its stack is deployed. The
 * other region reads it there, and needs nothing of this stack.
 */
final class Registration {
  private Registration() {}

  static CustomResource create(Construct failover, DrFailoverProps props, IFunction function) {
    Construct scope = new Construct(failover, "Registration");
    ImmutableMap.Builder<String, Object> properties = ImmutableMap.builder();
    properties.put("FunctionUrl", props.getPaymentFunction().getUrl());
    PaymentEndpoint endpoint = props.getEndpoint();
    if (endpoint != null && endpoint.getKeyValueStoreArn() != null && endpoint.getUrl() != null) {
      properties
          .put("KeyValueStoreArn", endpoint.getKeyValueStoreArn())
          .put("EndpointUrl", endpoint.getUrl());
    }
    return CustomResource.Builder.create(scope, "Resource")
        .resourceType("Custom::DrRegistration")
        .serviceToken(
            ResourceProvider.create(
                scope, function, props.getLogRetention(), "the registration of a region"))
        .serviceTimeout(Duration.minutes(5))
        .properties(properties.buildOrThrow())
        .build();
  }
}
