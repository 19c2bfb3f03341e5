package io.github.paymentdr.core.iam;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnResource;
import software.constructs.IConstruct;

/**
 * Least privilege, kept by a rule: whoever lets a policy statement have a wildcard writes the
 * reason beside it, in the metadata of the resource that holds the policy.
 *
 * <pre>{@code
 * IamWildcards.explain(role, "X-Ray has no resource-level permissions", "xray:PutTraceSegments");
 * assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
 * }</pre>
 */
public final class IamWildcards {
  private static final String METADATA_KEY = "WildcardReasons";

  private IamWildcards() {}

  /**
   * Writes down why statements with these actions may have a wildcard in the action or resource.
   *
   * @param policyHolder the construct whose resource holds the policy: a role with inline policies,
   *     a policy, a key
   * @param reason the reason, as a reviewer would want to read it
   * @param actions the actions exactly as the statements have them
   * @throws IllegalArgumentException if the construct has no resource of its own
   */
  public static void explain(IConstruct policyHolder, String reason, String... actions) {
    IConstruct holder =
        policyHolder instanceof CfnResource
            ? policyHolder
            : policyHolder.getNode().getDefaultChild();
    if (!(holder instanceof CfnResource resource)) {
      throw new IllegalArgumentException(
          policyHolder.getNode().getPath()
              + " has no CloudFormation resource of its own; pass the construct that holds the"
              + " policy");
    }
    Map<String, Object> reasons = new LinkedHashMap<>(asMap(resource.getMetadata(METADATA_KEY)));
    for (String action : actions) {
      reasons.put(action, reason);
    }
    resource.addMetadata(METADATA_KEY, reasons);
  }

  /**
   * Finds the statements of a template that allow something by wildcard without a written reason.
   *
   * <p>It looks at every policy document wherever it stands in the template. Statements that deny
   * and the trust policies' principals are not judged.
   *
   * @param template a synthesised template
   * @return one line for each finding: logical id, action, resource; empty when there is none
   */
  public static List<String> unexplainedIn(Map<String, ?> template) {
    ImmutableList.Builder<String> findings = ImmutableList.builder();
    asMap(template.get("Resources"))
        .forEach(
            (logicalId, resource) -> {
              Map<String, Object> body = asMap(resource);
              Set<String> explained = asMap(asMap(body.get("Metadata")).get(METADATA_KEY)).keySet();
              statementsIn(body.get("Properties"))
                  .flatMap(statement -> wildcards(statement, explained))
                  .map(finding -> logicalId + ": " + finding)
                  .forEach(findings::add);
            });
    return findings.build();
  }

  private static Stream<String> wildcards(Map<String, Object> statement, Set<String> explained) {
    if (!"Allow".equals(statement.get("Effect"))) {
      return Stream.empty();
    }
    Collection<?> resources = asCollection(statement.get("Resource"));
    boolean anyResource = resources.stream().anyMatch(IamWildcards::hasWildcard);
    boolean inverted = statement.containsKey("NotAction") || statement.containsKey("NotResource");
    Stream<String> actions =
        Stream.concat(
                asCollection(statement.get("Action")).stream(),
                asCollection(statement.get("NotAction")).stream())
            .map(String::valueOf);
    return actions
        .filter(action -> anyResource || inverted || hasWildcard(action))
        .filter(action -> !explained.contains(action))
        .map(action -> action + " on " + resources);
  }

  private static Stream<Map<String, Object>> statementsIn(@Nullable Object value) {
    if (value instanceof Collection<?> list) {
      return list.stream().flatMap(IamWildcards::statementsIn);
    }
    if (!(value instanceof Map<?, ?>)) {
      return Stream.empty();
    }
    Map<String, Object> map = asMap(value);
    if (map.containsKey("Effect")) {
      return Stream.of(map);
    }
    return map.values().stream().flatMap(IamWildcards::statementsIn);
  }

  /** A wildcard may hide in any text of an intrinsic function such as {@code Fn::Join}. */
  private static boolean hasWildcard(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.values().stream().anyMatch(IamWildcards::hasWildcard);
    }
    if (value instanceof Collection<?> list) {
      return list.stream().anyMatch(IamWildcards::hasWildcard);
    }
    return value instanceof String text && (text.contains("*") || text.contains("?"));
  }

  private static Collection<?> asCollection(@Nullable Object value) {
    if (value == null) {
      return ImmutableSet.of();
    }
    return value instanceof Collection<?> list ? list : ImmutableList.of(value);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(@Nullable Object value) {
    return value instanceof Map<?, ?> ? (Map<String, Object>) value : Map.of();
  }
}
