package io.github.paymentdr.example;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMultiset;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Multiset;
import com.google.common.collect.Streams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Stream;

/** One screen about a synthesised pair: stacks, regions, resources by kind, outputs, warnings. */
final class SynthesisSummary {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LABEL_WIDTH = 30;
  private static final int COLUMN_WIDTH = 18;

  private final String headline;
  private final ImmutableList<StackFacts> stacks;

  private SynthesisSummary(String headline, ImmutableList<StackFacts> stacks) {
    this.headline = headline;
    this.stacks = stacks;
  }

  /**
   * Reads a cloud assembly from its folder: the files are what will be deployed.
   *
   * @param assembly the folder with {@code manifest.json}
   * @param headline what was configured
   * @return the summary
   */
  static SynthesisSummary of(Path assembly, String headline) {
    ImmutableList<StackFacts> stacks =
        read(assembly.resolve("manifest.json")).path("artifacts").properties().stream()
            .filter(entry -> isStack(entry.getValue()))
            .map(entry -> StackFacts.of(assembly, entry.getKey(), entry.getValue()))
            .collect(ImmutableList.toImmutableList());
    return new SynthesisSummary(headline, stacks);
  }

  boolean hasErrors() {
    return stacks.stream().anyMatch(stack -> !stack.errors().isEmpty());
  }

  @Override
  public String toString() {
    return Stream.of(
            Stream.of("", "  " + headline, ""),
            Stream.of(row("", StackFacts::id), row("region", StackFacts::region)),
            Stream.of(row("resources", stack -> String.valueOf(stack.kinds().size()))),
            kindRows(),
            Stream.of("  outputs"),
            outputRows(),
            messageRows("warning", StackFacts::warnings),
            messageRows("error", StackFacts::errors),
            Stream.of(""))
        .flatMap(lines -> lines)
        .collect(joining("\n", "", "\n"));
  }

  private Stream<String> kindRows() {
    SortedSet<String> kinds =
        stacks.stream()
            .flatMap(stack -> stack.kinds().elementSet().stream())
            .collect(ImmutableSortedSet.toImmutableSortedSet(String::compareTo));
    return kinds.stream()
        .map(kind -> row("  " + kind, stack -> String.valueOf(stack.kinds().count(kind))));
  }

  private Stream<String> outputRows() {
    return stacks.stream()
        .flatMap(stack -> stack.outputs().stream())
        .distinct()
        .map(output -> row("  " + output, stack -> stack.outputs().contains(output) ? "yes" : "-"));
  }

  private Stream<String> messageRows(String label, Column<List<String>> messages) {
    return stacks.stream()
        .flatMap(
            stack ->
                messages.of(stack).stream()
                    .map(message -> "  " + label + " in " + stack.id() + ": " + message));
  }

  private String row(String label, Column<String> column) {
    return stacks.stream()
        .map(stack -> Strings.padEnd(column.of(stack), COLUMN_WIDTH, ' '))
        .collect(joining("", Strings.padEnd("  " + label, LABEL_WIDTH, ' '), ""))
        .stripTrailing();
  }

  private static boolean isStack(JsonNode artifact) {
    return "aws:cloudformation:stack".equals(artifact.path("type").asText());
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.toAbsolutePath(), e);
    }
  }

  /** What a cell of one stack's column says. */
  private interface Column<T> {
    T of(StackFacts stack);
  }

  private record StackFacts(
      String id,
      String region,
      Multiset<String> kinds,
      ImmutableList<String> outputs,
      ImmutableList<String> warnings,
      ImmutableList<String> errors) {

    static StackFacts of(Path assembly, String id, JsonNode artifact) {
      JsonNode template = read(assembly.resolve(artifact.at("/properties/templateFile").asText()));
      return new StackFacts(
          id,
          artifact.path("environment").asText().replaceFirst(".*/", ""),
          Streams.stream(template.path("Resources").elements())
              .map(resource -> serviceOf(resource.path("Type").asText()))
              .collect(ImmutableSortedMultiset.toImmutableSortedMultiset(String::compareTo)),
          ImmutableList.copyOf(template.path("Outputs").fieldNames()),
          messages(artifact, "warning"),
          messages(artifact, "error"));
    }

    /** {@code AWS::EC2::Subnet} is of kind {@code EC2}. */
    private static String serviceOf(String type) {
      return type.startsWith("AWS::") ? type.split("::", -1)[1] : "custom resource";
    }

    private static ImmutableList<String> messages(JsonNode artifact, String level) {
      return Streams.stream(artifact.path("metadata").elements())
          .flatMap(entries -> Streams.stream(entries.elements()))
          .filter(entry -> entry.path("type").asText().equals("aws:cdk:" + level))
          .map(entry -> entry.path("data").asText().replaceAll("\\s+", " "))
          .distinct()
          .collect(ImmutableList.toImmutableList());
    }
  }
}
