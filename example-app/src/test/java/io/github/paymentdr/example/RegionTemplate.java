package io.github.paymentdr.example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.common.collect.Streams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A synthesised stack: its region and the template that will be deployed there. */
record RegionTemplate(String id, String region, JsonNode template) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static RegionTemplate read(Path assembly, String id) {
    JsonNode manifest = json(assembly.resolve("manifest.json"));
    String environment = manifest.at("/artifacts/" + id + "/environment").asText();
    return new RegionTemplate(
        id, environment.replaceFirst(".*/", ""), json(assembly.resolve(id + ".template.json")));
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("run mvn package first", e);
    }
  }

  /** The properties of all resources of a type. */
  List<JsonNode> all(String type) {
    return Streams.stream(template.path("Resources").elements())
        .filter(resource -> resource.path("Type").asText().equals(type))
        .map(resource -> resource.path("Properties"))
        .toList();
  }

  int count(String type) {
    return all(type).size();
  }

  Optional<JsonNode> first(String type) {
    return all(type).stream().findFirst();
  }

  /** The function that has an environment variable of this name. */
  Optional<JsonNode> functionWith(String variable) {
    return all("AWS::Lambda::Function").stream()
        .filter(function -> function.at("/Environment/Variables").has(variable))
        .findFirst();
  }

  /** A text of the first resource of a type, empty when there is none. */
  String text(String type, String pointer) {
    return first(type).map(properties -> properties.at(pointer).asText()).orElse("");
  }

  /** Whether a property of the first resource of a type has this value. */
  boolean has(String type, String pointer, String value) {
    return text(type, pointer).equals(value);
  }

  List<String> zones() {
    return all("AWS::EC2::Subnet").stream()
        .map(subnet -> subnet.path("AvailabilityZone").asText())
        .distinct()
        .sorted()
        .toList();
  }

  /** The address ranges of the subnets of a group, for example Database. */
  List<String> cidrsOf(String group) {
    return all("AWS::EC2::Subnet").stream()
        .filter(
            subnet ->
                Streams.stream(subnet.path("Tags"))
                    .anyMatch(
                        tag ->
                            tag.path("Key").asText().equals("aws-cdk:subnet-name")
                                && tag.path("Value").asText().equals(group)))
        .map(subnet -> subnet.path("CidrBlock").asText())
        .toList();
  }

  /** Whether a zone has a subnet that the CDK calls Public, Private or Isolated. */
  boolean hasSubnet(String zone, String kind) {
    return all("AWS::EC2::Subnet").stream()
        .filter(subnet -> subnet.path("AvailabilityZone").asText().equals(zone))
        .flatMap(subnet -> Streams.stream(subnet.path("Tags")))
        .filter(tag -> tag.path("Key").asText().equals("aws-cdk:subnet-type"))
        .anyMatch(tag -> tag.path("Value").asText().equals(kind));
  }

  /** Whether a zone has a NAT gateway, in one of its subnets. */
  boolean hasNatGateway(String zone) {
    return all("AWS::EC2::NatGateway").stream()
        .map(gateway -> gateway.at("/SubnetId/Ref").asText())
        .map(subnet -> template.at("/Resources/" + subnet + "/Properties/AvailabilityZone"))
        .anyMatch(subnetZone -> subnetZone.asText().equals(zone));
  }

  /** Whether a service can take on one of the roles. */
  boolean hasRoleFor(String service) {
    return all("AWS::IAM::Role").stream()
        .flatMap(role -> Streams.stream(role.at("/AssumeRolePolicyDocument/Statement")))
        .anyMatch(statement -> statement.at("/Principal/Service").asText().equals(service));
  }

  /** An output, empty when there is none. */
  String output(String name) {
    return template.at("/Outputs/" + name + "/Value").asText();
  }

  /** The global table that the functions of the failover read, if it is defined here. */
  Optional<JsonNode> controlTable() {
    String name =
        functionWith("PROBE_INTERVAL_SECONDS")
            .map(function -> function.at("/Environment/Variables/CONTROL_TABLE"))
            .map(value -> value.at("/Ref").asText())
            .orElse("");
    return Optional.of(template.at("/Resources/" + name + "/Properties"))
        .filter(table -> !name.isEmpty() && !table.isMissingNode());
  }

  /** The rule of the backup plan, a missing node when there is none. */
  JsonNode backupRule() {
    return first("AWS::Backup::BackupPlan")
        .map(plan -> plan.at("/BackupPlan/BackupPlanRule/0"))
        .orElse(MissingNode.getInstance());
  }

  /** Whether the global table that is defined here has a replica in a region. */
  boolean hasReplicaIn(String replicaRegion) {
    return all("AWS::DynamoDB::GlobalTable").stream()
        .flatMap(table -> Streams.stream(table.path("Replicas")))
        .anyMatch(replica -> replica.path("Region").asText().equals(replicaRegion));
  }

  Stream<JsonNode> resources() {
    return Streams.stream(template.path("Resources").elements());
  }
}
