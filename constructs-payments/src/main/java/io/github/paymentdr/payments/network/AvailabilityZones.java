package io.github.paymentdr.payments.network;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;

/** The zones a network uses in a region when its user names none. */
final class AvailabilityZones {
  static final int COUNT = 3;

  /** Most regions offer the zones a, b and c to every account; these do not. */
  private static final ImmutableMap<String, ImmutableList<String>> EXCEPTIONS =
      ImmutableMap.of(
          "ap-northeast-1", ImmutableList.of("a", "c", "d"),
          "ca-central-1", ImmutableList.of("a", "b", "d"),
          "us-west-1", ImmutableList.of(),
          "cn-north-1", ImmutableList.of("a", "b", "d"));

  private AvailabilityZones() {}

  /** The names of three zones, without a lookup; empty where a region does not offer three. */
  static List<String> of(String region) {
    return EXCEPTIONS.getOrDefault(region, ImmutableList.of("a", "b", "c")).stream()
        .map(letter -> region + letter)
        .toList();
  }

  static boolean areDistinctAndIn(String region, List<String> zones) {
    return zones.stream().distinct().filter(zone -> zone.matches(region + "[a-z]")).count()
        == zones.size();
  }
}
