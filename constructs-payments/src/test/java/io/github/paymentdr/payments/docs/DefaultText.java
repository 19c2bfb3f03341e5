package io.github.paymentdr.payments.docs;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;
import software.amazon.jsii.JsiiObject;

/** A property's default as a construct's page writes it. */
final class DefaultText {
  private DefaultText() {}

  /** Null when there is no value. */
  static @Nullable String of(@Nullable Object value) {
    return value == null ? null : textOf(value);
  }

  private static String textOf(Object value) {
    if (value instanceof Enum<?> constant) {
      return constant.name();
    }
    if (value instanceof Number number) {
      return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
    }
    if (value instanceof String text) {
      return text.isEmpty() ? "\"\"" : text;
    }
    if (value instanceof Collection<?> list) {
      return list.stream().map(DefaultText::textOf).collect(Collectors.joining(", ", "[", "]"));
    }
    return value instanceof JsiiObject object ? cdkTextOf(object) : ownTextOf(value);
  }

  private static String cdkTextOf(JsiiObject value) {
    if (value instanceof Duration duration) {
      return duration.toHumanString();
    }
    if (value instanceof InstanceType type) {
      return type.toString();
    }
    if (value instanceof Runtime runtime) {
      return runtime.getName();
    }
    if (value instanceof Architecture architecture) {
      return architecture.getName();
    }
    if (value instanceof AuroraPostgresEngineVersion version) {
      return version.getAuroraPostgresFullVersion();
    }
    if (value instanceof Schedule schedule) {
      return schedule.getExpressionString();
    }
    throw unknown(value);
  }

  private static String ownTextOf(Object value) {
    try {
      boolean saysItself =
          value.getClass().getMethod("toString").getDeclaringClass() != Object.class;
      if (saysItself) {
        return value.toString();
      }
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
    throw unknown(value);
  }

  private static AssertionError unknown(Object value) {
    return new AssertionError(
        "DefaultText does not know how a page writes a "
            + value.getClass().getName()
            + "; add it there, or give the class a toString()");
  }
}
