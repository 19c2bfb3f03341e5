package io.github.paymentdr.payments.alarms;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Copies;
import io.github.paymentdr.core.validation.Faults;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.sns.ITopic;

/** Properties of {@link DrAlarms}. */
public final class DrAlarmsProps {
  /** Catches slips of the pen; whether the mailbox exists, its owner confirms to SNS. */
  private static final Pattern EMAIL =
      Pattern.compile("[^\\s@,;<>\"]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,63}");

  private final RegionPair regionPair;
  private final List<String> emailSubscriptions;
  private final @Nullable ITopic topic;
  private final @Nullable IKey encryptionKey;
  private final Boolean notifyOnOk;
  private final Boolean dashboard;
  private final @Nullable RecoveryObjective recoveryObjective;

  private DrAlarmsProps(Setters<?> setters) {
    this.regionPair = requireNonNull(setters.regionPair);
    this.emailSubscriptions =
        setters.emailSubscriptions == null ? ImmutableList.of() : setters.emailSubscriptions;
    this.topic = setters.topic;
    this.encryptionKey = setters.encryptionKey;
    this.notifyOnOk = setters.notifyOnOk != null && setters.notifyOnOk;
    this.dashboard = setters.dashboard == null || setters.dashboard;
    this.recoveryObjective = setters.recoveryObjective;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the regions of the pair} */
  public RegionPair getRegionPair() {
    return regionPair;
  }

  /** {@return the e-mail addresses that are told, none by default} */
  public List<String> getEmailSubscriptions() {
    return emailSubscriptions;
  }

  /** {@return the existing topic to publish to, null to create one} */
  public @Nullable ITopic getTopic() {
    return topic;
  }

  /** {@return the existing key that encrypts the new topic, null to create one} */
  public @Nullable IKey getEncryptionKey() {
    return encryptionKey;
  }

  /** {@return whether the end of an alarm is told too, false by default} */
  public Boolean getNotifyOnOk() {
    return notifyOnOk;
  }

  /** {@return whether there is a dashboard, true by default} */
  public Boolean getDashboard() {
    return dashboard;
  }

  /** {@return the objective whose recovery point a global database is held to, null for none} */
  public @Nullable RecoveryObjective getRecoveryObjective() {
    return recoveryObjective;
  }

  /** Builds {@link DrAlarmsProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrAlarmsProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public DrAlarmsProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link DrAlarms.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable RegionPair regionPair;
    private @Nullable List<String> emailSubscriptions;
    private @Nullable ITopic topic;
    private @Nullable IKey encryptionKey;
    private @Nullable Boolean notifyOnOk;
    private @Nullable Boolean dashboard;
    private @Nullable RecoveryObjective recoveryObjective;

    Setters() {}

    /**
     * Sets the regions of the pair. Required.
     *
     * @param regionPair the pair, one region of which is the stack's
     * @return this builder
     */
    public B regionPair(RegionPair regionPair) {
      this.regionPair = regionPair;
      return self();
    }

    /**
     * Sets who is told by e-mail. Each address must be confirmed once, in each region, by the link
     * that SNS sends to it. Default: nobody, with a warning when the topic is created here.
     *
     * @param emailSubscriptions different e-mail addresses
     * @return this builder
     */
    public B emailSubscriptions(List<String> emailSubscriptions) {
      this.emailSubscriptions = Copies.of(emailSubscriptions);
      return self();
    }

    /**
     * Sets an existing topic of this region to publish to. Its policy and the policy of its key
     * stay as they are and must already admit {@code cloudwatch.amazonaws.com}. Default: a new
     * topic that is encrypted, refuses unencrypted connections, and admits this account's alarms.
     * An EventBridge rule that gets the topic as a target of the CDK is admitted by that target.
     * Its policy replaces the one that SNS gives by default; principals of this account publish by
     * their own IAM policies.
     *
     * @param topic the topic
     * @return this builder
     */
    public B topic(ITopic topic) {
      this.topic = topic;
      return self();
    }

    /**
     * Sets an existing key of this region that encrypts the new topic. CloudWatch alarms are
     * admitted to its policy; that of an imported key cannot be changed, which a warning says.
     * Default: a new customer key.
     *
     * @param encryptionKey a symmetric customer key; the AWS key of SNS would silence the alarms
     * @return this builder
     */
    public B encryptionKey(IKey encryptionKey) {
      this.encryptionKey = encryptionKey;
      return self();
    }

    /**
     * Sets whether the topic is also told when an alarm is over. Default: false, because every new
     * alarm would announce itself on its first datapoint.
     *
     * @param notifyOnOk whether to tell
     * @return this builder
     */
    public B notifyOnOk(Boolean notifyOnOk) {
      this.notifyOnOk = notifyOnOk;
      return self();
    }

    /**
     * Sets whether there is a CloudWatch dashboard of what is monitored. Default: true.
     *
     * @param dashboard whether to make one
     * @return this builder
     */
    public B dashboard(Boolean dashboard) {
      this.dashboard = dashboard;
      return self();
    }

    /**
     * Sets the objective that {@link DrAlarms#monitorGlobalDatabase} holds the replication to:
     * falling further behind than its recovery point is an alarm. A recovery point of zero counts
     * as none, since asynchronous replication cannot have it. Default: none.
     *
     * @param recoveryObjective the pair's objective
     * @return this builder
     */
    public B recoveryObjective(RecoveryObjective recoveryObjective) {
      this.recoveryObjective = recoveryObjective;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    final DrAlarmsProps buildProps() {
      Faults faults = Faults.of("DrAlarmsProps");
      faults.require("regionPair", regionPair, "set regionPair(RegionPair.of(...))");
      checkEmails(faults);
      faults.unless(
          topic == null || encryptionKey == null,
          "encryptionKey encrypts a new topic; remove it or remove topic(...)");
      faults.throwIfAny();
      return new DrAlarmsProps(this);
    }

    private void checkEmails(Faults faults) {
      if (emailSubscriptions == null
          || !faults.requireElements("emailSubscriptions", emailSubscriptions)) {
        return;
      }
      Set<String> seen = new LinkedHashSet<>();
      for (String email : emailSubscriptions) {
        if (faults.requireConcrete("emailSubscriptions", email)) {
          faults.unless(
              EMAIL.matcher(email).matches(),
              "emailSubscriptions must be addresses such as on-call@example.com, got '"
                  + email
                  + "'");
          faults.unless(
              seen.add(email.toLowerCase(Locale.ROOT)),
              "emailSubscriptions must differ, got '" + email + "' again; remove it");
        }
      }
    }
  }
}
