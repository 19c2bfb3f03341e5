package io.github.paymentdr.runtime.failover;

import io.github.paymentdr.runtime.control.ControlItems;
import io.github.paymentdr.runtime.control.EndpointItem;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.traffic.Traffic;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a region known to the failover when its stack is deployed. Every step can be repeated, and
 * none takes anything from what a failover has written: a region that is deployed while the other
 * one is lost changes nobody's lease.
 */
public final class Registration {
  private final ControlItems items;
  private final Traffic traffic;
  private final Settings settings;
  private final Clock clock;
  private final Log log;

  /**
   * The region that registers.
   *
   * @param region this region
   * @param peerRegion the other region
   * @param initialRegion the region that is active at first
   */
  public record Settings(String region, String peerRegion, String initialRegion) {}

  /**
   * Makes a registration.
   *
   * @param items the control table
   * @param traffic the key value store
   * @param settings the region that registers
   * @param clock the time
   * @param log where it is written what was done
   */
  public Registration(
      ControlItems items, Traffic traffic, Settings settings, Clock clock, Log log) {
    this.items = items;
    this.traffic = traffic;
    this.settings = settings;
    this.clock = clock;
    this.log = log;
  }

  /**
   * Makes the region known.
   *
   * @param functionUrl the URL of its payment function
   * @param endpoint the endpoint, if it is in the region's stack
   * @param formerStore the store of the endpoint that was in the region's stack before
   * @throws ControlException if the table or the store does not do its part; register again
   */
  public void register(
      String functionUrl, Optional<EndpointItem> endpoint, Optional<String> formerStore) {
    if (items.createLease(settings.initialRegion(), clock.instant())) {
      log.info("made the lease", "activeRegion", settings.initialRegion());
    }
    items.putRegion(settings.region(), functionUrl);
    if (endpoint.isPresent()) {
      items.putEndpoint(endpoint.get());
    } else {
      formerStore.ifPresent(items::removeEndpoint);
    }
    Optional<EndpointItem> known = items.endpoint();
    if (known.isEmpty()) {
      log.info("there is no endpoint, so none is told where this region is");
      return;
    }
    // The other region may have registered when there was no endpoint yet.
    Map<String, String> origins = new LinkedHashMap<>();
    origins.put(settings.region(), hostOf(functionUrl));
    items
        .functionUrl(settings.peerRegion())
        .ifPresent(url -> origins.put(settings.peerRegion(), hostOf(url)));
    traffic.register(known.get().keyValueStoreArn(), origins);
  }

  /**
   * Forgets the region. What is gone already is not missed.
   *
   * @param ownStore the store of the endpoint, if it is in the region's stack
   * @throws ControlException if the table does not do its part; unregister again
   */
  public void unregister(Optional<String> ownStore) {
    try {
      items.endpoint().ifPresent(endpoint -> forgetOrigin(endpoint.keyValueStoreArn()));
      ownStore.ifPresent(items::removeEndpoint);
      items.removeRegion(settings.region());
    } catch (ControlException e) {
      if (!ControlItems.isTableGone(e)) {
        throw e;
      }
      log.info("the control table is gone, and with it everything that was to be removed");
    }
  }

  /** Nobody is led to where a region was, unless it is active. */
  private void forgetOrigin(String store) {
    try {
      traffic.unregister(store);
    } catch (ControlException e) {
      if (ControlItems.isTableGone(e)) {
        throw e;
      }
      if (!Traffic.isStoreGone(e)) {
        log.warn("this region's address stays in the key value store: " + e.getMessage());
      }
    }
  }

  private static String hostOf(String functionUrl) {
    return Optional.ofNullable(URI.create(functionUrl).getHost())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "FunctionUrl must be an address like https://…, got '" + functionUrl + "'"));
  }
}
