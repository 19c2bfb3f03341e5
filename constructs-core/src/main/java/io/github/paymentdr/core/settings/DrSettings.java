package io.github.paymentdr.core.settings;

import com.google.common.base.CaseFormat;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.constructs.Construct;

/**
 * Settings of an app: from CDK context, else from an environment variable, else a default.
 *
 * <p>A setting {@code alertEmails} with the environment prefix {@code PAYMENT_DR} is read from the
 * context key {@code alertEmails}, then from {@code PAYMENT_DR_ALERT_EMAILS}. A value that cannot
 * be used is a fault that names where it came from; {@link #throwIfInvalid()} reports all of them.
 *
 * <pre>{@code
 * DrSettings settings = DrSettings.of(app, "PAYMENT_DR");
 * String suffix = settings.getText("suffix", "");
 * settings.throwIfInvalid();
 * }</pre>
 */
public final class DrSettings {
  private static final Splitter LIST = Splitter.on(',').trimResults().omitEmptyStrings();

  private final Construct scope;
  private final String environmentPrefix;
  private final ImmutableMap<String, String> environment;
  private final Faults faults = Faults.of("settings");

  private DrSettings(Construct scope, String environmentPrefix, Map<String, String> environment) {
    this.scope = scope;
    this.environmentPrefix = environmentPrefix;
    this.environment = ImmutableMap.copyOf(environment);
  }

  /**
   * Reads settings with the environment variables of this process.
   *
   * @param scope the construct whose context is read, usually the app
   * @param environmentPrefix the head of every environment variable, without the last underscore
   * @return the settings
   */
  public static DrSettings of(Construct scope, String environmentPrefix) {
    return of(scope, environmentPrefix, System.getenv());
  }

  /**
   * Reads settings with given environment variables.
   *
   * @param scope the construct whose context is read, usually the app
   * @param environmentPrefix the head of every environment variable, without the last underscore
   * @param environment the environment variables
   * @return the settings
   */
  public static DrSettings of(
      Construct scope, String environmentPrefix, Map<String, String> environment) {
    return new DrSettings(scope, environmentPrefix, environment);
  }

  /**
   * A setting as text.
   *
   * @param key the setting's name in camel case
   * @param defaultValue the value when no source has the setting
   * @return the value
   */
  public String getText(String key, String defaultValue) {
    return get(key, defaultValue, Function.identity());
  }

  /**
   * A setting as a list: a JSON list in context, or texts separated by commas.
   *
   * @param key the setting's name in camel case
   * @return the values without surrounding blanks, empty when no source has the setting
   */
  public List<String> getList(String key) {
    return get(key, List.of(), LIST::splitToList);
  }

  /**
   * A setting as a type of the caller's.
   *
   * @param key the setting's name in camel case
   * @param defaultValue the value when no source has the setting, or when the setting has a fault
   * @param parser makes the value; throws {@link IllegalArgumentException} with a message that says
   *     what is allowed when it cannot
   * @param <T> the type of the value
   * @return the value
   */
  public <T> T get(String key, T defaultValue, Function<String, T> parser) {
    Optional<Source> source = find(key);
    if (source.isEmpty()) {
      return defaultValue;
    }
    try {
      return parser.apply(source.get().value());
    } catch (InvalidInputException e) {
      e.getFaults().forEach(fault -> faults.add(source.get().describe(key, fault)));
    } catch (IllegalArgumentException e) {
      faults.add(source.get().describe(key, String.valueOf(e.getMessage())));
    }
    return defaultValue;
  }

  /**
   * Makes a value from settings read before, and keeps its faults for {@link #throwIfInvalid()}.
   *
   * @param maker makes the value, for example {@code () -> RegionPair.of(primary, secondary)}
   * @param <T> the type of the value
   * @return the value, empty when it has a fault
   */
  public <T> Optional<T> combine(Supplier<T> maker) {
    try {
      return Optional.of(maker.get());
    } catch (InvalidInputException e) {
      faults.addAll(e);
      return Optional.empty();
    }
  }

  /**
   * Ends the reading.
   *
   * @throws InvalidInputException if a setting read so far cannot be used; it names all of them,
   *     each with its source
   */
  public void throwIfInvalid() {
    faults.throwIfAny();
  }

  private Optional<Source> find(String key) {
    Object context = scope.getNode().tryGetContext(key);
    if (context != null) {
      return Optional.of(new Source(asText(context), "context key " + key));
    }
    String variable =
        environmentPrefix + "_" + CaseFormat.LOWER_CAMEL.to(CaseFormat.UPPER_UNDERSCORE, key);
    return Optional.ofNullable(environment.get(variable))
        .map(value -> new Source(value, "environment variable " + variable));
  }

  private static String asText(Object context) {
    if (context instanceof List<?> list) {
      return list.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
    return String.valueOf(context);
  }

  private record Source(String value, String name) {
    String describe(String key, String fault) {
      return key + " from " + name + " is '" + value + "': " + fault;
    }
  }
}
