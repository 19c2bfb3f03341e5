package io.github.paymentdr.payments.network;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.logs.RetentionDays;

/** Properties of {@link DrPeering}. */
public final class DrPeeringProps {
  private static final String DEFAULT_PURPOSE = "network";

  private final DrNames names;
  private final DrNetwork network;
  private final String purpose;
  private final RetentionDays logRetention;

  private DrPeeringProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.network = requireNonNull(setters.network);
    this.purpose = setters.effectivePurpose();
    this.logRetention =
        setters.logRetention == null ? RetentionDays.ONE_WEEK : setters.logRetention;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the names of the pair} */
  public DrNames getNames() {
    return names;
  }

  /** {@return the network of the stack's own region} */
  public DrNetwork getNetwork() {
    return network;
  }

  /**
   * {@return what tells these networks from others of the same pair, {@code network} by default}
   */
  public String getPurpose() {
    return purpose;
  }

  /** {@return how long the logs are kept, one week by default} */
  public RetentionDays getLogRetention() {
    return logRetention;
  }

  /** The name by which each region finds the network of the other. */
  String networkName() {
    return names.pairName(purpose);
  }

  /** Builds {@link DrPeeringProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrPeeringProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public DrPeeringProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link DrPeering.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable DrNetwork network;
    private @Nullable String purpose;
    private @Nullable RetentionDays logRetention;

    Setters() {}

    /**
     * Sets the names of the pair. Required.
     *
     * @param names the names, the same in both stacks
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets the network of the stack's own region. Required.
     *
     * @param network a network whose VPC is not an existing one
     * @return this builder
     */
    public B network(DrNetwork network) {
      this.network = network;
      return self();
    }

    /**
     * Sets what tells these two networks from others of the same pair; it is in the tag by which
     * the other region finds the network. Default: {@code network}.
     *
     * @param purpose lower-case letters, digits and single hyphens, the same in both stacks
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets how long the logs of the function and of the provider framework are kept. Default: one
     * week.
     *
     * @param logRetention the retention
     * @return this builder
     */
    public B logRetention(RetentionDays logRetention) {
      this.logRetention = logRetention;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    final DrPeeringProps buildProps() {
      Faults faults = Faults.of("DrPeeringProps");
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      faults.require("network", network, "set network(DrNetwork.Builder.create(...)...build())");
      if (names != null) {
        checkPurpose(faults, names);
      }
      faults.throwIfAny();
      return new DrPeeringProps(this);
    }

    private void checkPurpose(Faults faults, DrNames names) {
      try {
        names.pairName(effectivePurpose());
      } catch (InvalidInputException e) {
        faults.addAll(e);
      }
    }
  }
}
