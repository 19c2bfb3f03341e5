package io.github.paymentdr.core.region;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.validation.Faults;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Aws;

/**
 * Every name of a pair that one region must know of the other before it is deployed.
 *
 * <p>CloudFormation generates all other names. The same application, suffix and regions always give
 * the same names, so either region can be deployed while the other is gone. Two pairs live side by
 * side when their application or suffix differ.
 *
 * <pre>{@code
 * DrNames names = DrNames.Builder.create().regionPair(pair).application("payment-dr").build();
 * names.pairName("sessions"); // payment-dr-sessions
 * }</pre>
 */
public final class DrNames {
  /** Leaves room for the longest purpose, suffix, region and account inside one bucket name. */
  private static final int MAX_APPLICATION_LENGTH = 14;

  private static final int MAX_SUFFIX_LENGTH = 10;

  /**
   * The shortest limit of those that apply: 63 characters for S3 buckets and Aurora clusters, from
   * "General purpose bucket naming rules" in the S3 and "CreateDBCluster" in the RDS documentation.
   */
  private static final int MAX_NAME_LENGTH = 63;

  private static final int ACCOUNT_ID_LENGTH = 12;

  private static final Pattern APPLICATION = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern WORDS = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  private final RegionPair regionPair;
  private final String application;
  private final String suffix;

  private DrNames(RegionPair regionPair, String application, String suffix) {
    this.regionPair = regionPair;
    this.application = application;
    this.suffix = suffix;
  }

  /** {@return the pair these names are made from} */
  public RegionPair getRegionPair() {
    return regionPair;
  }

  /** {@return the application, the head of every name} */
  public String getApplication() {
    return application;
  }

  /** {@return the environment suffix, empty when there is none} */
  public String getSuffix() {
    return suffix;
  }

  /**
   * A name that is the same in both regions, such as that of a global table.
   *
   * @param purpose what the named thing is for: lower-case letters, digits and single hyphens
   * @return {@code application-purpose} or {@code application-purpose-suffix}
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the purpose has another
   *     form or makes the name longer than 63 characters
   */
  public String pairName(String purpose) {
    return checked(purpose, join(purpose), 0);
  }

  /**
   * A name that must not be the same in both regions, such as that of an Aurora cluster.
   *
   * @param purpose what the named thing is for: lower-case letters, digits and single hyphens
   * @param role the region that has the named thing
   * @return the pair's name for the purpose and the region's code
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the purpose has another
   *     form or makes the name longer than 63 characters
   */
  public String regionalName(String purpose, RegionRole role) {
    return checked(purpose, join(purpose) + "-" + regionPair.regionOf(role), 0);
  }

  /**
   * A name that must be unique among all accounts, such as that of an S3 bucket: the regional name
   * and the account of the stack that uses it. Both regions of a pair are in one account.
   *
   * @param purpose what the named thing is for: lower-case letters, digits and single hyphens
   * @param role the region that has the named thing
   * @return the name, with the account id filled in at deployment
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the purpose has another
   *     form or makes the name longer than 63 characters
   */
  public String globalName(String purpose, RegionRole role) {
    String regional = join(purpose) + "-" + regionPair.regionOf(role);
    return checked(purpose, regional, 1 + ACCOUNT_ID_LENGTH) + "-" + Aws.ACCOUNT_ID;
  }

  /**
   * The name of a region's stack.
   *
   * @param role the region's role
   * @return {@code application-primary} or {@code application-secondary}, with the suffix if any
   */
  public String stackName(RegionRole role) {
    return pairName(role.name().toLowerCase(Locale.ROOT));
  }

  private String join(String purpose) {
    String name = application + "-" + purpose;
    return suffix.isEmpty() ? name : name + "-" + suffix;
  }

  private static String checked(String purpose, String name, int further) {
    Faults faults = Faults.of("DrNames");
    if (faults.requireConcrete("purpose", purpose)) {
      faults.unless(
          WORDS.matcher(purpose).matches(),
          "purpose must be lower-case letters, digits and single hyphens, got '" + purpose + "'");
      int length = name.length() + further;
      faults.unless(
          length <= MAX_NAME_LENGTH,
          String.format(
              "the name %s must have at most %s characters, got %s; shorten the purpose by %s",
              name, MAX_NAME_LENGTH - further, name.length(), length - MAX_NAME_LENGTH));
    }
    faults.throwIfAny();
    return name;
  }

  /** Builds {@link DrNames}. */
  public static final class Builder implements software.amazon.jsii.Builder<DrNames> {
    private @Nullable RegionPair regionPair;
    private @Nullable String application;
    private String suffix = "";

    private Builder() {}

    /** {@return a new builder} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets the regions. Required.
     *
     * @param regionPair the pair
     * @return this builder
     */
    public Builder regionPair(RegionPair regionPair) {
      this.regionPair = regionPair;
      return this;
    }

    /**
     * Sets the head of every name. Required.
     *
     * @param application 1 to 14 lower-case letters, digits and single hyphens, starting with a
     *     letter
     * @return this builder
     */
    public Builder application(String application) {
      this.application = application;
      return this;
    }

    /**
     * Sets what tells this environment's pair from another of the same application. Default: none.
     *
     * @param suffix up to 10 lower-case letters, digits and single hyphens; empty for none
     * @return this builder
     */
    public Builder suffix(String suffix) {
      this.suffix = suffix;
      return this;
    }

    /**
     * Makes the names.
     *
     * @return the names
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or has another form; it names all faults
     */
    @Override
    public DrNames build() {
      Faults faults = Faults.of("DrNames");
      faults.require("regionPair", regionPair, "set regionPair(RegionPair.of(...))");
      faults.require("application", application, "set application(\"payment-dr\")");
      if (application != null) {
        checkWord(faults, "application", application, APPLICATION, MAX_APPLICATION_LENGTH);
      }
      if (suffix == null || !suffix.isEmpty()) {
        checkWord(faults, "suffix", suffix, WORDS, MAX_SUFFIX_LENGTH);
      }
      faults.throwIfAny();
      return new DrNames(requireNonNull(regionPair), requireNonNull(application), suffix);
    }

    private static void checkWord(
        Faults faults, String name, String value, Pattern form, int maxLength) {
      if (faults.requireConcrete(name, value)) {
        faults.unless(
            form.matcher(value).matches() && value.length() <= maxLength,
            String.format(
                "%s must be at most %s lower-case letters, digits and single hyphens%s, got '%s'",
                name, maxLength, form == APPLICATION ? ", starting with a letter" : "", value));
      }
    }
  }
}
