package io.github.paymentdr.payments.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.testing.Synthesis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.kms.Alias;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketAttributes;

@DisplayName("DrReplicationProps")
class DrReplicationPropsTest {
  private static final Stack STACK = Synthesis.primaryStack();
  private static final DrNetwork NETWORK = Replicated.network(STACK, Synthesis.NAMES);
  private static final DrAuroraCluster CLUSTER =
      Replicated.cluster(STACK, Synthesis.NAMES, NETWORK, AuroraReplication.logical());

  private static DrReplicationProps.Builder props() {
    return DrReplicationProps.builder()
        .cluster(CLUSTER)
        .names(Synthesis.NAMES)
        .network(NETWORK)
        .schemas(List.of("public"));
  }

  private static List<String> faultsOf(DrReplicationProps.Builder builder) {
    try {
      builder.build();
      return List.of();
    } catch (InvalidInputException e) {
      return e.getFaults();
    }
  }

  @Nested
  class Defaults {
    @Test
    void areThese() {
      DrReplicationProps props = props().build();
      assertThat(props.getPurpose()).isEqualTo("replication");
      assertThat(props.getSequenceGap()).isNull();
      assertThat(props.getRetainedWalLimit()).isNull();
      assertThat(props.getHeartbeatInterval().toSeconds()).isEqualTo(5);
      assertThat(props.getCredentialRotation().toDays()).isEqualTo(30);
      assertThat(props.getCertificateAuthorities()).isNull();
      assertThat(props.getSubscriptionSslMode()).isEqualTo(SubscriptionSslMode.VERIFY_FULL);
      assertThat(props.getReportBucket()).isNull();
      assertThat(props.getEncryptionKey()).isNull();
      assertThat(props.getReservedConcurrentExecutions()).isNull();
      assertThat(props.getMemorySize()).isEqualTo(512);
      assertThat(props.getLogRetention()).isEqualTo(RetentionDays.ONE_WEEK);
    }

    @Test
    void listsAreCopied() {
      List<String> schemas = new ArrayList<>(List.of("public"));
      DrReplicationProps.Builder builder = props().schemas(schemas);
      schemas.add("later");
      assertThat(builder.build().getSchemas()).containsExactly("public");
    }
  }

  @Nested
  class WhatIsRequired {
    @Test
    void always() {
      assertThat(faultsOf(DrReplicationProps.builder()))
          .containsExactly(
              "cluster is required; set cluster(database)",
              "names is required; set names(DrNames.Builder.create()...build())");
    }

    @Test
    void forLogicalReplication() {
      assertThat(faultsOf(DrReplicationProps.builder().cluster(CLUSTER).names(Synthesis.NAMES)))
          .containsExactly(
              "network is required; set network(network), whose control subnets it uses",
              "schemas is required; set schemas(List.of(\"public\"))");
    }

    @Test
    @DisplayName("a cluster without replication is refused, and the message says what to choose")
    void aClusterThatReplicates() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network = Replicated.network(stack, Synthesis.NAMES);
      DrAuroraCluster alone =
          Replicated.cluster(stack, Synthesis.NAMES, network, AuroraReplication.none());
      assertThat(faultsOf(props().cluster(alone)))
          .containsExactly(
              "cluster must replicate, got AuroraReplication.none(); give the cluster"
                  + " AuroraReplication.logical() or globalDatabase(), or leave the replication"
                  + " out");
    }
  }

  @Nested
  class Schemas {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          "Public",
          "1st",
          "a b",
          "a,b",
          "a\"b",
          "a;drop",
          "pg",
          "schéma",
          "a'b",
          "x23456789012345678901234567890123456789012345678901234567890123x"
        })
    void areIdentifiers(String schema) {
      List<String> faults = faultsOf(props().schemas(List.of(schema)));
      if (schema.equals("pg")) {
        assertThat(faults).isEmpty();
      } else {
        assertThat(faults)
            .containsExactly(
                "schemas must be PostgreSQL identifiers of at most 63 lower-case letters, digits"
                    + " and underscores, got '"
                    + schema
                    + "'");
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_catalog", "pg_toast", "pg_mine", "information_schema", "dr"})
    void areTheApplications(String schema) {
      assertThat(faultsOf(props().schemas(List.of(schema))))
          .containsExactly(
              "schemas must be those of the application, got '"
                  + schema
                  + "', which belongs to PostgreSQL or to the replication; remove it");
    }

    @Test
    void areThereAndDiffer() {
      assertThat(faultsOf(props().schemas(List.of())))
          .containsExactly("schemas must name at least one schema, got none; public is usual");
      assertThat(faultsOf(props().schemas(List.of("a", "b", "a"))))
          .containsExactly("schemas must differ from each other, got [a, b, a]; name each once");
      assertThat(faultsOf(props().schemas(Arrays.asList("a", null))))
          .containsExactly("schemas must not contain null, got [a, null]; remove it");
    }

    @Test
    void fitTheEnvironment() {
      List<String> many = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        many.add("schema_with_a_long_name_so_that_they_do_not_fit_number_" + i);
      }
      assertThat(faultsOf(props().schemas(many)))
          .containsExactly(
              "schemas must have at most 2048 characters together; replicate fewer schemas");
    }

    @Test
    void areKnownAtSynthesis() {
      assertThat(faultsOf(props().schemas(List.of(Aws.STACK_NAME))))
          .containsExactly(
              "schemas must be known at synthesis, got a deploy-time token; pass a literal value");
    }
  }

  @Nested
  class Numbers {
    @ParameterizedTest
    @CsvSource({"0, false", "1, true", "1000000000, true", "1000000001, false", "1.5, false"})
    void sequenceGap(double gap, boolean allowed) {
      assertThat(faultsOf(props().sequenceGap(gap)).isEmpty()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"3, false", "4, true", "1000, true", "4.5, false", "-1, false"})
    void reservedConcurrentExecutions(double reserved, boolean allowed) {
      assertThat(faultsOf(props().reservedConcurrentExecutions(reserved)).isEmpty())
          .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"255, false", "256, true", "10240, true", "10241, false"})
    void memorySize(int memory, boolean allowed) {
      assertThat(faultsOf(props().memorySize(memory)).isEmpty()).isEqualTo(allowed);
    }

    @Test
    void sayWhatIsAllowed() {
      assertThat(faultsOf(props().sequenceGap(0)))
          .containsExactly(
              "sequenceGap must be a whole number between 1 and 1000000000, got 0; take more than"
                  + " is handed out in a minute");
      assertThat(faultsOf(props().memorySize(Double.NaN)))
          .containsExactly(
              "memorySize must be a whole number between 256 and 10240, got NaN; 512 MiB are"
                  + " usual");
    }

    @Test
    void areKnownAtSynthesis() {
      Number token = Token.asNumber(java.util.Map.of("Ref", "Parameter"));
      assertThat(
              faultsOf(
                  props()
                      .sequenceGap(token)
                      .reservedConcurrentExecutions(token)
                      .memorySize(token)
                      .retainedWalLimit(Size.gibibytes(token))
                      .heartbeatInterval(Duration.seconds(token))
                      .credentialRotation(Duration.days(token))))
          .hasSize(6)
          .allMatch(
              fault ->
                  fault.endsWith(
                      " must be known at synthesis, got a deploy-time token; pass a literal"
                          + " value"));
    }
  }

  @Nested
  class Limits {
    @Test
    void retainedWal() {
      assertThat(faultsOf(props().retainedWalLimit(Size.gibibytes(1)))).isEmpty();
      assertThat(faultsOf(props().retainedWalLimit(Size.mebibytes(1023))))
          .containsExactly(
              "retainedWalLimit must be 1 GiB or more, got 1023 MiB; less would drop the slot in a"
                  + " short disturbance");
    }

    @Test
    void heartbeats() {
      assertThat(faultsOf(props().heartbeatInterval(Duration.seconds(1)))).isEmpty();
      assertThat(faultsOf(props().heartbeatInterval(Duration.minutes(1)))).isEmpty();
      for (Duration wrong :
          List.of(Duration.millis(1500), Duration.seconds(0), Duration.seconds(61))) {
        assertThat(faultsOf(props().heartbeatInterval(wrong)))
            .singleElement()
            .asString()
            .startsWith("heartbeatInterval must be whole seconds between 1 and 60, got ")
            .endsWith("; 5 seconds are usual");
      }
    }

    @Test
    void rotation() {
      assertThat(faultsOf(props().credentialRotation(Duration.days(1)))).isEmpty();
      assertThat(faultsOf(props().credentialRotation(Duration.days(365)))).isEmpty();
      assertThat(faultsOf(props().credentialRotation(Duration.hours(36))))
          .containsExactly(
              "credentialRotation must be whole days between 1 and 365, got 1 day 12 hours; 30"
                  + " days are usual");
      assertThat(faultsOf(props().credentialRotation(Duration.days(366)))).hasSize(1);
    }
  }

  @Nested
  class Certificates {
    private static final String ADVICE =
        "; download the bundle that AWS publishes for RDS and pass its path";

    @Test
    void areReadFromAFile() {
      assertThat(faultsOf(props().certificateAuthorities(Replicated.AUTHORITIES))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no/such/file.pem", "src/test/resources", "", "a\0b"})
    void mustBeThere(String path) {
      assertThat(faultsOf(props().certificateAuthorities(path)))
          .containsExactly(
              "certificateAuthorities must be a file that can be read, got '"
                  + path
                  + "'"
                  + ADVICE);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "<html>not found</html>",
          "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"
        })
    void mustBeCertificates(String content, @TempDir Path folder) throws IOException {
      Path file = Files.writeString(folder.resolve("bundle.pem"), content);
      assertThat(faultsOf(props().certificateAuthorities(file.toString())))
          .containsExactly(
              "certificateAuthorities must hold X.509 certificates in PEM form, got '"
                  + file
                  + "'"
                  + ADVICE);
    }

    @Test
    void mustNotHoldAPrivateKey(@TempDir Path folder) throws IOException {
      String key = "-----BEGIN PRIVATE KEY-----\nabcd\n-----END PRIVATE KEY-----\n";
      Path file =
          Files.writeString(
              folder.resolve("bundle.pem"),
              Files.readString(Path.of(Replicated.AUTHORITIES)) + key);
      assertThat(faultsOf(props().certificateAuthorities(file.toString())))
          .contains(
              "certificateAuthorities must hold certificates only, got a private key in '"
                  + file
                  + "'; remove the key, which everybody who may read the layer could read");
    }
  }

  @Test
  void allFaultsAtOnce() {
    assertThat(
            faultsOf(
                props()
                    .purpose("Not A Word")
                    .schemas(List.of("dr"))
                    .sequenceGap(-1)
                    .retainedWalLimit(Size.kibibytes(1))
                    .heartbeatInterval(Duration.minutes(2))
                    .credentialRotation(Duration.days(1000))
                    .certificateAuthorities("nowhere.pem")
                    .reservedConcurrentExecutions(1)
                    .memorySize(64)))
        .hasSize(9);
  }

  @Nested
  class Placement {
    @Test
    void theStackIsInThePair() {
      Stack elsewhere = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> new DrReplication(elsewhere, "Replication", props().build()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("must be in a region of the pair");
      assertThat(elsewhere.getNode().getChildren()).isEmpty();
    }

    @Test
    void everythingIsInTheStacksRegion() {
      App app = new App();
      Stack east = Synthesis.stackIn(app, "East", "us-east-1");
      Stack west = Synthesis.stackIn(app, "West", "us-west-2");
      DrNetwork network = Replicated.network(west, Synthesis.NAMES);
      DrReplicationProps props =
          props()
              .cluster(
                  Replicated.cluster(west, Synthesis.NAMES, network, AuroraReplication.logical()))
              .network(network)
              .reportBucket(
                  Bucket.fromBucketAttributes(
                      west,
                      "Reports",
                      BucketAttributes.builder().bucketName("reports").region("us-west-2").build()))
              .encryptionKey(Alias.fromAliasName(west, "Key", "alias/mine"))
              .build();
      assertThatThrownBy(() -> new DrReplication(east, "Replication", props))
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e ->
                  assertThat(e.getFaults())
                      .containsExactly(
                          "cluster must be in us-east-1 like the stack, got us-west-2; use the"
                              + " cluster of the stack's own region",
                          "network must be in us-east-1 like the stack, got us-west-2; use one of"
                              + " the stack's own region",
                          "reportBucket must be in us-east-1 like the stack, got us-west-2; use"
                              + " one of the stack's own region",
                          "encryptionKey must be in us-east-1 like the stack, got us-west-2; use"
                              + " one of the stack's own region",
                          "encryptionKey must be a key, got an alias; IAM policies name keys, so"
                              + " pass the key itself, for example Key.fromKeyArn(...)"));
      assertThat(east.getNode().getChildren()).isEmpty();
    }

    @Test
    @DisplayName("the cluster is of the same pair")
    void theClusterIsOfThePair() {
      DrNames other =
          DrNames.Builder.create()
              .regionPair(RegionPair.of("us-east-1", "us-east-2"))
              .application("other")
              .build();
      Stack stack = Synthesis.primaryStack();
      DrNetwork network = Replicated.network(stack, other);
      DrReplicationProps props =
          props()
              .network(network)
              .cluster(Replicated.cluster(stack, other, network, AuroraReplication.logical()))
              .build();
      assertThatThrownBy(() -> new DrReplication(stack, "Replication", props))
          .hasMessageContaining(
              "cluster must be of the pair us-east-1/us-west-2, got one of another pair; give both"
                  + " the same names(...)");
    }

    @Test
    @DisplayName("an existing network must know the other region's subnets")
    void theNetworkKnowsThePeer() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network =
          DrNetwork.Builder.create(stack, "Network")
              .regionPair(Synthesis.PAIR)
              .vpc(
                  Vpc.fromVpcAttributes(
                      stack,
                      "Existing",
                      VpcAttributes.builder()
                          .vpcId("vpc-1")
                          .availabilityZones(List.of("a", "b", "c"))
                          .privateSubnetIds(List.of("subnet-1", "subnet-2", "subnet-3"))
                          .isolatedSubnetIds(List.of("subnet-4", "subnet-5", "subnet-6"))
                          .build()))
              .build();
      DrReplicationProps props =
          props()
              .cluster(
                  Replicated.cluster(stack, Synthesis.NAMES, network, AuroraReplication.logical()))
              .network(network)
              .build();
      assertThatThrownBy(() -> new DrReplication(stack, "Replication", props))
          .hasMessageContaining("peerDatabaseCidrs(...)");
      assertThat(stack.getNode().tryFindChild("Replication")).isNull();
    }

    @Test
    void onePurposeAndOneReplicationOfACluster() {
      Stack stack = Synthesis.primaryStack();
      DrReplication.Builder first = Replicated.globalDatabase(stack);
      DrReplication replication = first.build();
      assertThatThrownBy(
              () ->
                  DrReplication.Builder.create(stack, "Second")
                      .cluster(replication.getCluster())
                      .names(Synthesis.NAMES)
                      .build())
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e ->
                  assertThat(e.getFaults())
                      .containsExactly(
                          "purpose must differ between the replications of a stack, got"
                              + " 'replication' twice; set another purpose(...)",
                          "cluster must have one replication, got a second one for"
                              + " TestStack/Database; replicate all its schemas with one"));
      assertThat(stack.getNode().tryFindChild("Second")).isNull();
    }

    @Test
    void aKeyOfTheSameRegionIsTaken() {
      Stack stack = Synthesis.primaryStack();
      Replicated.logical(stack)
          .encryptionKey(
              Key.fromKeyArn(
                  stack,
                  "Imported",
                  "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"))
          .build();
      assertThat(stack.getNode().findAll()).isNotEmpty();
    }
  }
}
