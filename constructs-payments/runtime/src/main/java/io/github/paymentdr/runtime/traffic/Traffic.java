package io.github.paymentdr.runtime.traffic;

import io.github.paymentdr.runtime.aws.AwsFailures;
import io.github.paymentdr.runtime.control.ControlItems;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.CloudFrontKeyValueStoreClient;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.model.DeleteKeyRequestListItem;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.model.PutKeyRequestListItem;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.model.ResourceNotFoundException;

/**
 * Says in CloudFront's key value store which region callers are led to, and where that is.
 *
 * <p>The store knows nothing of epochs, and a call of an older epoch may be late by any time. That
 * the newest wins all the same follows from the order, and from nothing else:
 *
 * <ol>
 *   <li>describe the store, which gives the tag of its content;
 *   <li>then read the lease, strongly: it must name this region and this epoch;
 *   <li>then write, on condition that the tag is still the same.
 * </ol>
 *
 * <p>A newer epoch exists from the moment that its lease is taken. If that was before our reading,
 * we see it and do not write. If it was after, then the newer region describes the store later than
 * we did: either our write comes before its own, and is written over, or it comes after, and then
 * the tag has changed and ours fails. For that its write must change the tag, so it changes the
 * content even where the region is the same: the epoch is written beside it.
 */
public final class Traffic {
  /** Which region callers are led to. */
  static final String ACTIVE = "active";

  /** The epoch in which that was last said. Nobody decides by it. */
  static final String EPOCH = "epoch";

  /** How the keys begin that say where a region is. */
  static final String ORIGIN = "origin.";

  private static final int ATTEMPTS = 6;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final CloudFrontKeyValueStoreClient client;
  private final ControlItems items;
  private final String region;
  private final Consumer<Duration> pause;
  private final Log log;

  /**
   * Makes the traffic of a region.
   *
   * @param client a client of the store
   * @param items the control table
   * @param region this region
   * @param pause waits before something is tried again
   * @param log where it is written what was changed
   */
  public Traffic(
      CloudFrontKeyValueStoreClient client,
      ControlItems items,
      String region,
      Consumer<Duration> pause,
      Log log) {
    this.client = client;
    this.items = items;
    this.region = region;
    this.pause = pause;
    this.log = log;
  }

  /** What is to be changed in a store, as its content and the lease are. */
  @FunctionalInterface
  private interface Plan {
    Change of(Lease lease);
  }

  private record Change(Map<String, String> puts, List<String> deletes) {
    static Change puts(Map<String, String> puts) {
      return new Change(puts, List.of());
    }

    boolean isEmpty() {
      return puts.isEmpty() && deletes.isEmpty();
    }
  }

  /**
   * Leads callers to this region.
   *
   * @param store the ARN of the store
   * @param epoch the epoch in which this region is active
   * @return whether they were led elsewhere before
   * @throws RefusedException if this region is not active, or not in this epoch
   * @throws ControlException if the store or the table does not do its part
   */
  public boolean open(String store, long epoch) {
    Map<String, String> wanted = new LinkedHashMap<>();
    wanted.put(ACTIVE, region);
    wanted.put(EPOCH, Long.toString(epoch));
    Change change =
        change(
            store,
            lease -> {
              requireActive(lease, epoch);
              return Change.puts(missing(store, wanted));
            });
    return change.puts().containsKey(ACTIVE);
  }

  private void requireActive(Lease lease, long epoch) {
    if (!lease.admits(region) || lease.epoch() != epoch) {
      throw new RefusedException(
          "openTraffic",
          List.of(
              "the lease says "
                  + lease.activeRegion()
                  + ", epoch "
                  + lease.epoch()
                  + ", "
                  + lease.state()
                  + "; callers are led to "
                  + region
                  + " only while it is ACTIVE in epoch "
                  + epoch));
    }
  }

  /**
   * Says where regions are, and which is active if nothing says so yet.
   *
   * @param store the ARN of the store
   * @param origins the host name of each region
   * @throws ControlException if the store or the table does not do its part
   */
  public void register(String store, Map<String, String> origins) {
    change(
        store,
        lease -> {
          Map<String, String> wanted = new LinkedHashMap<>();
          origins.forEach((name, host) -> wanted.put(ORIGIN + name, host));
          Map<String, String> puts = missing(store, wanted);
          if (get(store, ACTIVE).isEmpty()) {
            puts.put(ACTIVE, lease.activeRegion());
          }
          return Change.puts(puts);
        });
  }

  /**
   * Forgets where this region is.
   *
   * @param store the ARN of the store
   * @throws ControlException if the store or the table does not do its part
   */
  public void unregister(String store) {
    change(
        store,
        lease ->
            new Change(
                Map.of(),
                get(store, ORIGIN + region).isPresent() ? List.of(ORIGIN + region) : List.of()));
  }

  /**
   * Says whether a call failed because there is no such store.
   *
   * @param failure what a method of this class has thrown
   * @return whether the store is gone
   */
  public static boolean isStoreGone(ControlException failure) {
    return failure.getCause() instanceof ResourceNotFoundException;
  }

  /** The one way to write. The steps' order is what the class is about. */
  private Change change(String store, Plan plan) {
    for (int attempt = 1; ; attempt++) {
      try {
        String tag = client.describeKeyValueStore(describe -> describe.kvsARN(store)).eTag();
        Change change = plan.of(lease());
        if (!change.isEmpty()) {
          write(store, tag, change);
          log.info("changed the key value store", "keys", change.puts());
        }
        return change;
      } catch (SdkException e) {
        if (!isConflict(e) || attempt == ATTEMPTS) {
          throw AwsFailures.of("the key value store " + store + " was not changed", e);
        }
        log.info("the key value store was changed by another at the same time");
        pause.accept(FIRST_PAUSE.multipliedBy(1L << (attempt - 1)));
      }
    }
  }

  private Lease lease() {
    return items
        .lease()
        .orElseThrow(() -> new ControlException("there is no lease; deploy the stack again"))
        .lease();
  }

  private Map<String, String> missing(String store, Map<String, String> wanted) {
    Map<String, String> missing = new LinkedHashMap<>();
    wanted.forEach(
        (key, value) -> {
          if (!get(store, key).equals(Optional.of(value))) {
            missing.put(key, value);
          }
        });
    return missing;
  }

  private Optional<String> get(String store, String key) {
    try {
      return Optional.of(client.getKey(get -> get.kvsARN(store).key(key)).value());
    } catch (ResourceNotFoundException e) {
      // The store itself has just been described.
      return Optional.empty();
    }
  }

  private void write(String store, String tag, Change change) {
    List<PutKeyRequestListItem> puts =
        change.puts().entrySet().stream()
            .map(
                put ->
                    PutKeyRequestListItem.builder().key(put.getKey()).value(put.getValue()).build())
            .toList();
    List<DeleteKeyRequestListItem> deletes =
        change.deletes().stream()
            .map(key -> DeleteKeyRequestListItem.builder().key(key).build())
            .toList();
    client.updateKeys(update -> update.kvsARN(store).ifMatch(tag).puts(puts).deletes(deletes));
  }

  private static boolean isConflict(SdkException failure) {
    return failure instanceof AwsServiceException service
        && (service.statusCode() == CONFLICT || service.statusCode() == PRECONDITION_FAILED);
  }
}
