package io.github.paymentdr.payments.conformance;

import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The public API as other tests ask for it. */
public final class PublicApi {
  private PublicApi() {}

  /** The props classes of the public constructs, by name. */
  public static List<Class<?>> propsOfConstructs() {
    return MainCode.props();
  }

  /** The properties of a props class, by name. */
  public static List<String> propertiesOf(Class<?> props) {
    return PropsRules.settersOf(props).stream().map(Method::getName).toList();
  }

  /** What the getter of the property returns. */
  public static @Nullable Object valueOf(Object props, String property) {
    try {
      return props.getClass().getMethod(PropsRules.getterOf(property)).invoke(props);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(props.getClass() + " does not say its " + property, e);
    }
  }
}
