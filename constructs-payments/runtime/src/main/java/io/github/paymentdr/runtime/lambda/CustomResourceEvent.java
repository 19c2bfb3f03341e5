package io.github.paymentdr.runtime.lambda;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What CloudFormation asks of a custom resource, as the CDK's provider framework passes it on.
 *
 * @param type what is to be done
 * @param physicalId the id that an earlier answer gave, null on {@code CREATE}
 * @param properties the properties that are to be so
 * @param oldProperties the properties that were so before an {@code UPDATE}, else empty
 */
public record CustomResourceEvent(
    Type type,
    @Nullable String physicalId,
    Map<String, Object> properties,
    Map<String, Object> oldProperties) {

  /** What is to be done. */
  public enum Type {
    /** Make it. */
    CREATE("Create"),
    /** Change it. */
    UPDATE("Update"),
    /** Remove it. */
    DELETE("Delete");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    private static Type of(@Nullable Object text) throws IOException {
      return Arrays.stream(values())
          .filter(type -> type.text.equals(text))
          .findFirst()
          .orElseThrow(
              () -> new IOException("RequestType must be Create, Update or Delete, got " + text));
    }
  }

  /** {@return whether an event is one of a custom resource} */
  static boolean isOne(Map<String, Object> event) {
    return event.containsKey("RequestType");
  }

  /**
   * Reads an event.
   *
   * @throws IOException if it is not one of a custom resource
   */
  static CustomResourceEvent of(Map<String, Object> event) throws IOException {
    return new CustomResourceEvent(
        Type.of(event.get("RequestType")),
        event.get("PhysicalResourceId") instanceof String id ? id : null,
        members(event.get("ResourceProperties")),
        members(event.get("OldResourceProperties")));
  }

  /** {@return the answer to this event} */
  Map<String, Object> answer(String newPhysicalId, Map<String, Object> data) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("PhysicalResourceId", physicalId == null ? newPhysicalId : physicalId);
    answer.put("Data", data);
    return answer;
  }

  /** {@return a property that is a text} */
  String text(String name) throws IOException {
    return text(properties, name);
  }

  /** {@return a property that is a list of texts} */
  List<String> texts(String name) throws IOException {
    return texts(properties, name);
  }

  static String text(Map<String, Object> properties, String name) throws IOException {
    if (properties.get(name) instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw new IOException("the property " + name + " must be a text");
  }

  static List<String> texts(Map<String, Object> properties, String name) throws IOException {
    if (properties.get(name) instanceof List<?> list
        && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw new IOException("the property " + name + " must be a list of texts");
  }

  private static Map<String, Object> members(@Nullable Object value) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, member) -> members.put(String.valueOf(name), member));
    }
    return members;
  }
}
