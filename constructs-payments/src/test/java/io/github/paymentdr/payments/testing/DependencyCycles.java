package io.github.paymentdr.payments.testing;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds resources of a template that wait for each other in a circle, which CloudFormation refuses
 * only when the template is deployed. The rule engine of the synthesis does not look for circles.
 * {@code Template.fromStack} does, and throws at the first; this names all that it meets, and also
 * reads templates from files.
 */
public final class DependencyCycles {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z0-9]+)");

  private final Map<String, Set<String>> needs;
  private final Set<String> done = new LinkedHashSet<>();
  private final List<String> path = new ArrayList<>();
  private final ImmutableList.Builder<String> found = ImmutableList.builder();

  private DependencyCycles(Map<String, Set<String>> needs) {
    this.needs = needs;
  }

  /**
   * One line for each circle that was walked into, such as {@code A > B > A}; empty when there is
   * none. Resources need each other by {@code DependsOn}, {@code Ref}, {@code Fn::GetAtt} and
   * {@code Fn::Sub}.
   */
  public static List<String> in(Map<String, ?> template) {
    Map<String, Object> resources = asMap(template.get("Resources"));
    ImmutableMap.Builder<String, Set<String>> needs = ImmutableMap.builder();
    resources.forEach(
        (id, resource) ->
            needs.put(
                id,
                namesIn(resource)
                    .filter(resources::containsKey)
                    .collect(ImmutableSet.toImmutableSet())));
    DependencyCycles search = new DependencyCycles(needs.buildOrThrow());
    resources.keySet().forEach(search::walk);
    return search.found.build();
  }

  private void walk(String id) {
    int start = path.indexOf(id);
    if (start >= 0) {
      found.add(String.join(" > ", path.subList(start, path.size())) + " > " + id);
      return;
    }
    if (done.contains(id)) {
      return;
    }
    path.add(id);
    needs.getOrDefault(id, Set.of()).forEach(this::walk);
    path.remove(path.size() - 1);
    done.add(id);
  }

  private static Stream<String> namesIn(@Nullable Object resource) {
    Map<String, Object> body = asMap(resource);
    return Stream.concat(textsIn(body.get("DependsOn")), referencesIn(body.get("Properties")));
  }

  private static Stream<String> referencesIn(@Nullable Object value) {
    if (value instanceof Collection<?> list) {
      return list.stream().flatMap(DependencyCycles::referencesIn);
    }
    return asMap(value).entrySet().stream()
        .flatMap(
            entry ->
                switch (entry.getKey()) {
                  case "Ref" -> textsIn(entry.getValue());
                  case "Fn::GetAtt" ->
                      textsIn(entry.getValue()).limit(1).map(DependencyCycles::head);
                  case "Fn::Sub" ->
                      Stream.concat(
                          placeholdersIn(entry.getValue()), referencesIn(entry.getValue()));
                  default -> referencesIn(entry.getValue());
                });
  }

  private static Stream<String> placeholdersIn(@Nullable Object sub) {
    return textsIn(sub)
        .limit(1)
        .flatMap(text -> PLACEHOLDER.matcher(text).results())
        .map((MatchResult placeholder) -> placeholder.group(1));
  }

  private static Stream<String> textsIn(@Nullable Object value) {
    if (value instanceof Collection<?> list) {
      return list.stream().filter(String.class::isInstance).map(String.class::cast);
    }
    return value instanceof String text ? Stream.of(text) : Stream.empty();
  }

  /** {@code Fn::GetAtt} may be written as {@code Name.Attribute}. */
  private static String head(String attribute) {
    int dot = attribute.indexOf('.');
    return dot < 0 ? attribute : attribute.substring(0, dot);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(@Nullable Object value) {
    return value instanceof Map<?, ?> ? (Map<String, Object>) value : Map.of();
  }
}
