package io.github.paymentdr.payments.testing;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.assertions.Template;

/** Reads resources of a template as plain maps, for AssertJ. */
public final class Resources {
  private Resources() {}

  /** The properties of all resources of a type, in template order. */
  public static List<Map<String, Object>> propertiesOf(Template template, String type) {
    return template.findResources(type).values().stream()
        .map(resource -> child(resource, "Properties"))
        .toList();
  }

  /** The properties of the only resource of a type. */
  public static Map<String, Object> onlyPropertiesOf(Template template, String type) {
    List<Map<String, Object>> all = propertiesOf(template, type);
    if (all.size() != 1) {
      throw new AssertionError("expected one " + type + ", found " + all.size());
    }
    return all.get(0);
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> child(Map<String, ?> parent, String key) {
    return (Map<String, Object>) parent.get(key);
  }
}
