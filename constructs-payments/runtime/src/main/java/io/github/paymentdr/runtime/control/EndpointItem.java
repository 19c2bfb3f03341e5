package io.github.paymentdr.runtime.control;

/**
 * The one URL in front of both regions.
 *
 * @param keyValueStoreArn the store that says which region is behind it
 * @param url the URL; empty if it was not given
 */
public record EndpointItem(String keyValueStoreArn, String url) {}
