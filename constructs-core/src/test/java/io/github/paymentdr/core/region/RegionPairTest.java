package io.github.paymentdr.core.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

@DisplayName("RegionPair")
class RegionPairTest {
  private static final RegionPair PAIR = RegionPair.of("us-east-1", "us-west-2");

  @Nested
  class Making {
    @Test
    @DisplayName("B4: primary us-east-1 and secondary us-west-2, or any other two")
    void hasTwoRegions() {
      assertThat(PAIR.getPrimary()).isEqualTo("us-east-1");
      assertThat(PAIR.getSecondary()).isEqualTo("us-west-2");
      assertThat(PAIR.getRegions()).containsExactly("us-east-1", "us-west-2");
      assertThat(PAIR).hasToString("us-east-1/us-west-2");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "us-east", "US-EAST-1", "us_east_1", "us-east-1a", " us-east-1", "useast1"})
    void refusesWhatIsNoRegion(String region) {
      assertThatThrownBy(() -> RegionPair.of(region, "us-west-2"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "RegionPair: primary region must look like us-east-1, got '"
                  + region
                  + "'; use the region's code");
    }

    @Test
    void refusesTheSameRegionTwice() {
      assertThatThrownBy(() -> RegionPair.of("us-east-1", "us-east-1"))
          .hasMessage(
              "RegionPair: primary and secondary region must differ, got us-east-1 twice; choose a"
                  + " second region");
    }

    @Test
    void refusesTokens() {
      assertThatThrownBy(() -> RegionPair.of("us-east-1", Aws.REGION))
          .hasMessage(
              "RegionPair: secondary region must be known at synthesis, got a deploy-time token;"
                  + " pass a literal value");
    }

    @Test
    void namesBothFaultsAtOnce() {
      assertThatThrownBy(() -> RegionPair.of("here", "there"))
          .hasMessage(
              "RegionPair has 2 faults:\n"
                  + "  - primary region must look like us-east-1, got 'here'; use the region's"
                  + " code\n"
                  + "  - secondary region must look like us-east-1, got 'there'; use the region's"
                  + " code");
    }

    @Test
    void isAValue() {
      assertThat(PAIR)
          .isEqualTo(RegionPair.of("us-east-1", "us-west-2"))
          .hasSameHashCodeAs(RegionPair.of("us-east-1", "us-west-2"))
          .isNotEqualTo(RegionPair.of("us-west-2", "us-east-1"))
          .isNotEqualTo(RegionPair.of("us-east-1", "us-west-1"))
          .isNotEqualTo("us-east-1/us-west-2");
    }
  }

  @Nested
  class Partitions {
    @ParameterizedTest
    @CsvSource({
      "us-east-1, us-west-2, aws",
      "ap-northeast-1, ap-southeast-2, aws",
      "cn-north-1, cn-northwest-1, aws-cn",
      "us-gov-west-1, us-gov-east-1, aws-us-gov",
      "us-iso-east-1, us-iso-west-1, aws-iso",
      "us-isob-east-1, us-isob-west-1, aws-iso-b",
      "eu-isoe-west-1, eu-isoe-west-2, aws-iso-e",
      "us-isof-south-1, us-isof-east-1, aws-iso-f",
      "eusc-de-east-1, eusc-de-west-1, aws-eusc",
    })
    void followTheRegion(String primary, String secondary, String partition) {
      assertThat(RegionPair.of(primary, secondary).getPartition()).isEqualTo(partition);
    }

    @Test
    void mustBeTheSame() {
      assertThatThrownBy(() -> RegionPair.of("us-east-1", "us-gov-west-1"))
          .hasMessage(
              "RegionPair: both regions must be in one partition, got us-east-1 in aws and"
                  + " us-gov-west-1 in aws-us-gov; choose two regions of one partition");
    }
  }

  @Nested
  class Witness {
    @ParameterizedTest
    @CsvSource({
      "us-east-1, us-west-2, us-east-2",
      "us-west-2, us-east-1, us-east-2",
      "us-east-1, us-east-2, us-west-2",
      "eu-west-1, eu-central-1, eu-west-2",
      "eu-west-1, eu-west-2, eu-west-3",
      "ap-northeast-1, ap-northeast-3, ap-northeast-2",
    })
    void isTheThirdRegionOfTheSet(String primary, String secondary, String witness) {
      assertThat(RegionPair.of(primary, secondary).getWitness()).contains(witness);
    }

    @ParameterizedTest
    @CsvSource({
      "us-east-1, us-west-1",
      "us-east-1, eu-west-1",
      "ap-northeast-1, ap-southeast-2",
      "cn-north-1, cn-northwest-1",
    })
    void isMissingOutsideTheSets(String primary, String secondary) {
      assertThat(RegionPair.of(primary, secondary).getWitness()).isEmpty();
    }
  }

  @Nested
  class Roles {
    @Test
    void followFromTheRegion() {
      assertThat(PAIR.roleOf("us-east-1")).isEqualTo(RegionRole.PRIMARY);
      assertThat(PAIR.roleOf("us-west-2")).isEqualTo(RegionRole.SECONDARY);
      assertThat(PAIR.regionOf(RegionRole.PRIMARY)).isEqualTo("us-east-1");
      assertThat(PAIR.regionOf(RegionRole.SECONDARY)).isEqualTo("us-west-2");
    }

    @Test
    void arePeersOfEachOther() {
      assertThat(PAIR.peerOf("us-east-1")).isEqualTo("us-west-2");
      assertThat(PAIR.peerOf("us-west-2")).isEqualTo("us-east-1");
      assertThat(RegionRole.PRIMARY.peer()).isEqualTo(RegionRole.SECONDARY);
      assertThat(RegionRole.SECONDARY.peer()).isEqualTo(RegionRole.PRIMARY);
    }

    @Test
    void refuseARegionOutsideThePair() {
      assertThatThrownBy(() -> PAIR.roleOf("eu-west-1"))
          .hasMessage(
              "RegionPair: region must be one of us-east-1/us-west-2, got 'eu-west-1'; use a region"
                  + " of the pair");
      assertThatThrownBy(() -> PAIR.peerOf(Aws.REGION))
          .hasMessage(
              "RegionPair: region must be known at synthesis, got a deploy-time token; pass a"
                  + " literal value");
    }

    @Test
    void followFromTheStackOfAConstruct() {
      App app = new App();
      assertThat(PAIR.roleOf(stackIn(app, "East", "us-east-1"))).isEqualTo(RegionRole.PRIMARY);
      Construct inner = new Construct(stackIn(app, "West", "us-west-2"), "Inner");
      assertThat(PAIR.roleOf(inner)).isEqualTo(RegionRole.SECONDARY);
    }

    @Test
    void refuseAStackWithoutARegion() {
      Stack stack = new Stack(new App(), "Agnostic");
      assertThatThrownBy(() -> PAIR.roleOf(stack))
          .hasMessage(
              "stack Agnostic: the stack must name its region, got an environment-agnostic stack;"
                  + " set env(Environment.builder().region(\"us-east-1\").build())");
    }

    @Test
    void refuseAStackElsewhere() {
      Stack stack = stackIn(new App(), "Dublin", "eu-west-1");
      assertThatThrownBy(() -> PAIR.roleOf(stack))
          .hasMessage(
              "stack Dublin: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
    }

    private static Stack stackIn(App app, String id, String region) {
      return Stack.Builder.create(app, id)
          .env(Environment.builder().region(region).build())
          .build();
    }
  }
}
