package io.github.paymentdr.example.drill.measure;

import java.time.Instant;
import java.util.List;

/**
 * Who had the lease at a moment, as somebody was told.
 *
 * @param at when it was asked
 * @param holder who
 * @param epoch in which epoch
 * @param state {@code ACTIVE} or {@code ACTIVATING}
 */
public record LeaseSeen(Instant at, String holder, long epoch, String state) {
  /** {@return what the regions have said of it} */
  public static List<LeaseSeen> in(List<RegionSample> samples) {
    return samples.stream()
        .filter(sample -> !sample.leaseHolder().isEmpty())
        .map(
            sample ->
                new LeaseSeen(sample.at(), sample.leaseHolder(), sample.epoch(), sample.state()))
        .toList();
  }
}
