package io.github.paymentdr.runtime.traffic;

import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import java.net.URI;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.CloudFrontKeyValueStoreClient;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.CloudFrontKeyValueStoreClientBuilder;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.endpoints.CloudFrontKeyValueStoreEndpointProvider;

/** Opens the key value stores' API, which is of no region: requests are signed for all of them. */
public final class KeyValueStores {
  private KeyValueStores() {}

  /**
   * Opens it.
   *
   * @param clients makes clients
   * @param region this region, whose only part is to say in which AWS partition this is
   * @return the client
   */
  public static CloudFrontKeyValueStoreClient open(AwsClients clients, String region) {
    CloudFrontKeyValueStoreClientBuilder builder = CloudFrontKeyValueStoreClient.builder();
    clients.endpoint().ifPresent(test -> builder.endpointProvider(at(test)));
    return clients.client(builder, region, Patience.LOOK_UP);
  }

  /** By itself the client puts the account's number before the host, also before an address. */
  private static CloudFrontKeyValueStoreEndpointProvider at(URI test) {
    CloudFrontKeyValueStoreEndpointProvider real =
        CloudFrontKeyValueStoreEndpointProvider.defaultProvider();
    return asked ->
        real.resolveEndpoint(asked.toBuilder().endpoint(null).build())
            .thenApply(endpoint -> endpoint.toBuilder().url(test).build());
  }
}
