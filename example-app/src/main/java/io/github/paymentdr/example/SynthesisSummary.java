package io.github.paymentdr.example;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMultiset;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Multiset;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.Streams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** One screen about a synthesised pair: stacks, regions, resources by kind, outputs, messages. */
final class SynthesisSummary {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LABEL_WIDTH = 40;
  private static final int COLUMN_WIDTH = 18;
  private static final int LINE_WIDTH = 100;

  private final String headline;
  private final ImmutableList<StackFacts> stacks;

  private SynthesisSummary(String headline, ImmutableList<StackFacts> stacks) {
    this.headline = headline;
    this.stacks = stacks;
  }

  /**
   * Reads a cloud assembly from its folder: its files are what will be deployed.
   *
   * @param assembly the folder with {@code manifest.json}
   * @param headline what was configured
   * @return the summary
   */
  static SynthesisSummary of(Path assembly, String headline) {
    return new SynthesisSummary(
        headline,
        read(assembly.resolve("manifest.json")).path("artifacts").properties().stream()
            .filter(entry -> isStack(entry.getValue()))
            .map(entry -> StackFacts.of(assembly, entry.getKey(), entry.getValue()))
            .collect(ImmutableList.toImmutableList()));
  }

  boolean hasErrors() {
    return stacks.stream().anyMatch(stack -> stack.messages().containsKey("error"));
  }

  @Override
  public String toString() {
    return Stream.of(
            Stream.of(wrap("", headline), ""),
            Stream.of(row("", StackFacts::id), row("region", StackFacts::region)),
            Stream.of(row("resources", stack -> Integer.toString(stack.kinds().size()))),
            kinds().map(kind -> row("  " + kind, stack -> countOf(stack, kind))),
            outputs().map(output -> row("output " + output, stack -> hasOutput(stack, output))),
            budgets(),
            Stream.of(""),
            messages("error"),
            messages("warning"))
        .flatMap(lines -> lines)
        .collect(joining("\n", "\n", "\n"));
  }

  private Stream<String> kinds() {
    return stacks.stream()
        .flatMap(stack -> stack.kinds().elementSet().stream())
        .distinct()
        .sorted();
  }

  private static String countOf(StackFacts stack, String kind) {
    return Integer.toString(stack.kinds().count(kind));
  }

  private Stream<String> outputs() {
    return stacks.stream().flatMap(stack -> stack.outputs().stream()).distinct();
  }

  /** Both regions have the same unless their timers differ. */
  private Stream<String> budgets() {
    SetMultimap<String, String> stacksByBudget = LinkedHashMultimap.create();
    stacks.forEach(
        stack -> stack.budget().ifPresent(budget -> stacksByBudget.put(budget, stack.id())));
    return stacksByBudget.keySet().stream()
        .map(
            budget ->
                wrap(
                    "recovery by "
                        + String.join(", ", stacksByBudget.get(budget))
                        + " takes at most ",
                    budget));
  }

  private static String hasOutput(StackFacts stack, String output) {
    return stack.outputs().contains(output) ? "yes" : "-";
  }

  /** A message that each region gives, but for the names of the regions, is told once. */
  private Stream<String> messages(String level) {
    SetMultimap<String, String> stacksById = LinkedHashMultimap.create();
    SetMultimap<String, String> textsById = LinkedHashMultimap.create();
    for (StackFacts stack : stacks) {
      for (Message message : stack.messages().get(level)) {
        stacksById.put(message.id(), stack.id());
        textsById.put(message.id(), message.text());
      }
    }
    return stacksById.keySet().stream()
        .map(
            id ->
                wrap(
                    level + " in " + String.join(", ", stacksById.get(id)) + ": ",
                    textsById.get(id).iterator().next()
                        + (id.startsWith("@") ? " [" + id + "]" : "")));
  }

  private String row(String label, Function<StackFacts, String> cell) {
    return stacks.stream()
        .map(stack -> Strings.padEnd(cell.apply(stack), COLUMN_WIDTH, ' '))
        .collect(joining("", "  " + Strings.padEnd(label, LABEL_WIDTH, ' '), ""))
        .stripTrailing();
  }

  private static String wrap(String label, String text) {
    StringBuilder lines = new StringBuilder("  " + label);
    int used = lines.length();
    for (String word : text.split("\\s+", -1)) {
      if (used + word.length() > LINE_WIDTH) {
        lines.append("\n    ");
        used = 4;
      }
      lines.append(word).append(' ');
      used += word.length() + 1;
    }
    return lines.toString().replaceAll(" +(\n|$)", "$1");
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

  /** What a construct says of itself; the id is the text where there is none. */
  private record Message(String id, String text) {
    static Message of(String data) {
      String text = data.replaceFirst("\\s*\\[ack: .*]$", "");
      String id = data.equals(text) ? text : data.replaceFirst("(?s).*\\[ack: (.*)]$", "$1");
      return new Message(id, text);
    }
  }

  private record StackFacts(
      String id,
      String region,
      Multiset<String> kinds,
      ImmutableList<String> outputs,
      Optional<String> budget,
      SetMultimap<String, Message> messages) {

    static StackFacts of(Path assembly, String id, JsonNode artifact) {
      JsonNode template = read(assembly.resolve(artifact.at("/properties/templateFile").asText()));
      return new StackFacts(
          id,
          artifact.path("environment").asText().replaceFirst(".*/", ""),
          Streams.stream(template.path("Resources").elements())
              .map(resource -> kindOf(resource.path("Type").asText()))
              .collect(ImmutableSortedMultiset.toImmutableSortedMultiset(String::compareTo)),
          ImmutableList.copyOf(template.path("Outputs").fieldNames()),
          Optional.ofNullable(template.at("/Outputs/RecoveryBudget/Value").textValue()),
          messagesOf(read(assembly.resolve(artifact.path("additionalMetadataFile").asText()))));
    }

    /** {@code AWS::EC2::Subnet} is of kind {@code EC2}. */
    private static String kindOf(String type) {
      return type.startsWith("AWS::") ? type.split("::", -1)[1] : "custom resource";
    }

    private static SetMultimap<String, Message> messagesOf(JsonNode metadata) {
      SetMultimap<String, Message> messages = LinkedHashMultimap.create();
      for (JsonNode entries : metadata) {
        for (JsonNode entry : entries) {
          String type = entry.path("type").asText();
          if (type.equals("aws:cdk:warning") || type.equals("aws:cdk:error")) {
            messages.put(
                type.substring("aws:cdk:".length()), Message.of(entry.path("data").asText()));
          }
        }
      }
      return messages;
    }
  }
}
