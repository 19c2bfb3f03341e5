package io.github.paymentdr.example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

  /** A text of the first resource of a type, empty when there is none. */
  String text(String type, String pointer) {
    return first(type).map(properties -> properties.at(pointer).asText()).orElse("");
  }

  List<String> zones() {
    return all("AWS::EC2::Subnet").stream()
        .map(subnet -> subnet.path("AvailabilityZone").asText())
        .distinct()
        .sorted()
        .toList();
  }

  Stream<JsonNode> resources() {
    return Streams.stream(template.path("Resources").elements());
  }
}
