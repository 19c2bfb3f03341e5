package io.github.paymentdr.payments.function;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.InlineCode;
import software.amazon.awscdk.services.lambda.Runtime;

/** What Lambda allows for the properties of a function. Deploy-time tokens are let through. */
final class PropertyChecks {
  /** From "CreateFunction" in the Lambda API reference. */
  private static final Pattern HANDLER = Pattern.compile("\\S{1,128}");

  /** From "CreateAlias" in the Lambda API reference. */
  private static final Pattern ALIAS = Pattern.compile("(?![0-9]+$)[a-zA-Z0-9_-]{1,128}");

  /** From "Lambda quotas" in the Lambda developer guide, in MiB. */
  private static final int MIN_MEMORY = 128;

  /** From "Lambda quotas" in the Lambda developer guide, in MiB. */
  private static final int MAX_MEMORY = 10_240;

  /** From "Lambda quotas" in the Lambda developer guide, in seconds. */
  private static final int MAX_TIMEOUT = 900;

  /** A minute less than the provider framework's own time, in seconds. */
  private static final int MAX_MIGRATION_TIMEOUT = 840;

  /** From "CreateFunction" in the Lambda API reference. */
  private static final int MAX_DESCRIPTION = 256;

  private static final int MILLIS_PER_SECOND = 1000;

  private PropertyChecks() {}

  static void checkPurpose(
      Faults faults, @Nullable DrNames names, @Nullable String given, String purpose) {
    if (names == null) {
      faults.unless(
          given == null,
          "purpose needs names, got '"
              + given
              + "' without; set names(...), or remove it and let CloudFormation generate the name");
      return;
    }
    try {
      // One character less than Lambda allows, from "CreateFunction" in the Lambda API reference.
      names.regionalName(purpose, RegionRole.PRIMARY);
      names.regionalName(purpose, RegionRole.SECONDARY);
    } catch (InvalidInputException e) {
      faults.addAll(e);
    }
  }

  static void checkHandler(Faults faults, String handler) {
    faults.unless(
        isToken(handler) || HANDLER.matcher(handler).matches(),
        "handler must be 1 to 128 characters without blanks, got '"
            + handler
            + "'; write com.example.Handler::handleRequest");
  }

  static void checkCode(Faults faults, Code code, @Nullable Runtime runtime) {
    if (code instanceof InlineCode) {
      faults.unless(
          runtime != null && Boolean.TRUE.equals(runtime.getSupportsInlineCode()),
          "code cannot be inline for the runtime "
              + nameOf(runtime)
              + "; use Code.fromAsset(...) or Code.fromBucket(...)");
    }
  }

  static void checkMemory(Faults faults, @Nullable Number memorySize) {
    faults.unless(
        isWithin(memorySize, MIN_MEMORY, MAX_MEMORY),
        "memorySize must be a whole number of MiB between 128 and 10240, got " + memorySize);
  }

  static void checkTimeout(Faults faults, @Nullable Duration timeout) {
    checkTimeout(faults, timeout, MAX_TIMEOUT, "");
  }

  /** The provider framework waits for the handler, and as a function it has 900 seconds itself. */
  static void checkMigrationTimeout(Faults faults, @Nullable Duration timeout) {
    checkTimeout(
        faults,
        timeout,
        MAX_MIGRATION_TIMEOUT,
        "; the provider framework ends after 900 seconds and must be able to report before");
  }

  private static void checkTimeout(
      Faults faults, @Nullable Duration timeout, int maxSeconds, String advice) {
    if (timeout == null) {
      return;
    }
    if (timeout.isUnresolved()) {
      faults.unless(
          timeout.unitLabel().equals("seconds"),
          "timeout must be Duration.seconds(...) for a deploy-time token, got "
              + timeout.unitLabel()
              + "; CloudFormation cannot convert units");
      return;
    }
    long millis = timeout.toMilliseconds().longValue();
    faults.unless(
        millis % MILLIS_PER_SECOND == 0 && isWithin(millis / MILLIS_PER_SECOND, 1, maxSeconds),
        String.format(
            "timeout must be whole seconds between 1 and %s, got %s ms%s",
            maxSeconds, millis, advice));
  }

  static void checkSnapStart(
      Faults faults, @Nullable Runtime runtime, @Nullable Number provisioned) {
    faults.unless(
        provisioned == null,
        "snapStart and provisionedConcurrentExecutions exclude each other; set snapStart(false) or"
            + " remove provisionedConcurrentExecutions(...)");
    faults.unless(
        runtime == null || runtime.getSupportsSnapStart(),
        "snapStart does not work with the runtime "
            + nameOf(runtime)
            + "; set snapStart(false) or choose a runtime such as java21");
  }

  static void checkConcurrency(
      Faults faults, @Nullable Number reserved, @Nullable Number provisioned) {
    boolean reservedIsValid = isWithin(reserved, 0, Integer.MAX_VALUE);
    boolean provisionedIsValid = isWithin(provisioned, 1, Integer.MAX_VALUE);
    faults.unless(
        reservedIsValid,
        "reservedConcurrentExecutions must be a whole number of 0 or more, got "
            + reserved
            + "; use 0 to refuse every call");
    faults.unless(
        provisionedIsValid,
        "provisionedConcurrentExecutions must be a whole number of 1 or more, got "
            + provisioned
            + "; remove it for none");
    if (reserved != null && provisioned != null && reservedIsValid && provisionedIsValid) {
      faults.unless(
          isToken(reserved)
              || isToken(provisioned)
              || provisioned.intValue() <= reserved.intValue(),
          String.format(
              "provisionedConcurrentExecutions must not exceed reservedConcurrentExecutions, got %s"
                  + " and %s; reserve more or provision less",
              provisioned, reserved));
    }
  }

  static void checkAlias(Faults faults, String aliasName) {
    if (faults.requireConcrete("aliasName", aliasName)) {
      faults.unless(
          ALIAS.matcher(aliasName).matches(),
          "aliasName must be 1 to 128 letters, digits, hyphens and underscores, not only digits,"
              + " got '"
              + aliasName
              + "'");
    }
  }

  static void checkTrigger(Faults faults, @Nullable String trigger) {
    faults.unless(
        trigger == null || !trigger.isEmpty(),
        "trigger must not be empty; remove it to run the migration when the code changes");
  }

  static void checkDescription(Faults faults, @Nullable String description) {
    if (description != null && !isToken(description)) {
      faults.unless(
          description.length() <= MAX_DESCRIPTION,
          String.format(
              "description must have at most %s characters, got %s; shorten it by %s",
              MAX_DESCRIPTION, description.length(), description.length() - MAX_DESCRIPTION));
    }
  }

  private static String nameOf(@Nullable Runtime runtime) {
    return runtime == null ? "java21" : runtime.getName();
  }

  private static boolean isToken(String text) {
    return text.contains("${Token[") && Token.isUnresolved(text);
  }

  /** Numbers stand for deploy-time tokens only when they are negative. */
  private static boolean isToken(Number value) {
    return value.doubleValue() < 0 && Token.isUnresolved(value);
  }

  private static boolean isWithin(@Nullable Number value, int min, int max) {
    if (value == null || isToken(value)) {
      return true;
    }
    double number = value.doubleValue();
    return number >= min && number <= max && number == Math.rint(number);
  }
}
