package io.github.paymentdr.core.region;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/**
 * Two different regions of one AWS partition that stand in for each other.
 *
 * <pre>{@code
 * RegionPair pair = RegionPair.of("us-east-1", "us-west-2");
 * pair.peerOf("us-east-1"); // us-west-2
 * }</pre>
 */
public final class RegionPair {
  private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]+){1,3}-[0-9]{1,2}");

  private static final ImmutableMap<String, String> PARTITION_BY_PREFIX =
      ImmutableMap.<String, String>builder()
          .put("cn-", "aws-cn")
          .put("us-gov-", "aws-us-gov")
          .put("us-iso-", "aws-iso")
          .put("us-isob-", "aws-iso-b")
          .put("eu-isoe-", "aws-iso-e")
          .put("us-isof-", "aws-iso-f")
          .put("eusc-", "aws-eusc")
          .build();

  /**
   * The sets inside which DynamoDB keeps global tables strongly consistent, from "Multi-Region
   * strong consistency" in the DynamoDB developer guide.
   */
  private static final ImmutableList<ImmutableList<String>> STRONG_CONSISTENCY_SETS =
      ImmutableList.of(
          ImmutableList.of("us-east-1", "us-east-2", "us-west-2"),
          ImmutableList.of("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"),
          ImmutableList.of("ap-northeast-1", "ap-northeast-2", "ap-northeast-3"));

  private final String primary;
  private final String secondary;

  private RegionPair(String primary, String secondary) {
    this.primary = primary;
    this.secondary = secondary;
  }

  /**
   * Makes a pair.
   *
   * @param primary the region that is active first, for example {@code us-east-1}
   * @param secondary the region that takes over, in the same partition
   * @return the pair
   * @throws io.github.paymentdr.core.validation.InvalidInputException if a region is not well
   *     formed or is a deploy-time token, if both are the same, or if they are in different
   *     partitions
   */
  public static RegionPair of(String primary, String secondary) {
    Faults faults = Faults.of("RegionPair");
    boolean primaryIsWellFormed = isWellFormed(faults, "primary region", primary);
    boolean secondaryIsWellFormed = isWellFormed(faults, "secondary region", secondary);
    if (primaryIsWellFormed && secondaryIsWellFormed) {
      faults.unless(
          !primary.equals(secondary),
          "primary and secondary region must differ, got "
              + primary
              + " twice; choose a second region");
      String primaryPartition = partitionOf(primary);
      String secondaryPartition = partitionOf(secondary);
      faults.unless(
          primaryPartition.equals(secondaryPartition),
          String.format(
              "both regions must be in one partition, got %s in %s and %s in %s; choose two"
                  + " regions of one partition",
              primary, primaryPartition, secondary, secondaryPartition));
    }
    faults.throwIfAny();
    return new RegionPair(primary, secondary);
  }

  private static boolean isWellFormed(Faults faults, String name, String region) {
    if (!faults.requireConcrete(name, region)) {
      return false;
    }
    boolean wellFormed = REGION.matcher(region).matches();
    faults.unless(
        wellFormed,
        name + " must look like us-east-1, got '" + region + "'; use the region's code");
    return wellFormed;
  }

  private static String partitionOf(String region) {
    return PARTITION_BY_PREFIX.entrySet().stream()
        .filter(entry -> region.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("aws");
  }

  /** {@return the region that is active after the first deployment} */
  public String getPrimary() {
    return primary;
  }

  /** {@return the region that takes over} */
  public String getSecondary() {
    return secondary;
  }

  /** {@return both regions, the primary first} */
  public List<String> getRegions() {
    return ImmutableList.of(primary, secondary);
  }

  /** {@return the partition both regions are in, for example {@code aws}} */
  public String getPartition() {
    return partitionOf(primary);
  }

  /**
   * The third region that can hold the witness of a strongly consistent DynamoDB global table.
   *
   * @return the witness region, empty when the pair is not inside one of DynamoDB's region sets
   */
  public Optional<String> getWitness() {
    return STRONG_CONSISTENCY_SETS.stream()
        .filter(set -> set.containsAll(getRegions()))
        .flatMap(List::stream)
        .filter(region -> !getRegions().contains(region))
        .findFirst();
  }

  /**
   * The region that has a role.
   *
   * @param role the role
   * @return the region's code
   */
  public String regionOf(RegionRole role) {
    return role == RegionRole.PRIMARY ? primary : secondary;
  }

  /**
   * The role of a region.
   *
   * @param region one of the two regions
   * @return its role
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the region is not part of
   *     the pair
   */
  public RegionRole roleOf(String region) {
    Faults faults = Faults.of("RegionPair");
    if (faults.requireConcrete("region", region)) {
      faults.unless(
          getRegions().contains(region),
          "region must be one of " + this + ", got '" + region + "'; use a region of the pair");
    }
    faults.throwIfAny();
    return region.equals(primary) ? RegionRole.PRIMARY : RegionRole.SECONDARY;
  }

  /**
   * The role of the region that a construct is deployed to.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @return the role of that stack's region
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the scope is not inside a
   *     stack, or if the stack has no concrete region, or one outside the pair
   */
  public RegionRole roleOf(Construct scope) {
    Stack stack = Placement.stackOf(scope);
    String region = stack.getRegion();
    Faults faults = Faults.of("stack " + stack.getNode().getPath());
    faults.unless(
        getRegions().contains(region),
        region.contains("${Token[")
            ? "the stack must name its region, got an environment-agnostic stack; set"
                + " env(Environment.builder().region(\""
                + primary
                + "\").build())"
            : "the stack must be in a region of the pair "
                + this
                + ", got "
                + region
                + "; set the region of its env");
    faults.throwIfAny();
    return roleOf(region);
  }

  /**
   * The other region of the pair.
   *
   * @param region one of the two regions
   * @return the other one
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the region is not part of
   *     the pair
   */
  public String peerOf(String region) {
    return regionOf(roleOf(region).peer());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RegionPair pair
        && primary.equals(pair.primary)
        && secondary.equals(pair.secondary);
  }

  @Override
  public int hashCode() {
    return Objects.hash(primary, secondary);
  }

  /** {@return both regions as people write them, {@code us-east-1/us-west-2}} */
  @Override
  public String toString() {
    return primary + "/" + secondary;
  }
}
