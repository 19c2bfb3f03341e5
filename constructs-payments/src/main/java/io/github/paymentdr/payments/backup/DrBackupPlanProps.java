package io.github.paymentdr.payments.backup;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.backup.LockConfiguration;
import software.amazon.awscdk.services.events.CronOptions;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.sns.ITopic;

/** Properties of {@link DrBackupPlan}. */
public final class DrBackupPlanProps {
  private static final String DEFAULT_PURPOSE = "backup";
  private static final long DEFAULT_RETENTION_DAYS = 7;
  private static final long DEFAULT_START_HOURS = 2;
  private static final long DEFAULT_COMPLETION_HOURS = 12;

  /** From "CreateBackupVault" in the AWS Backup developer guide. */
  private static final int MAX_VAULT_NAME_LENGTH = 50;

  private final DrNames names;
  private final String purpose;
  private final @Nullable Schedule schedule;
  private final @Nullable Duration retention;
  private final @Nullable Duration copyRetention;
  private final @Nullable Duration startWindow;
  private final @Nullable Duration completionWindow;
  private final @Nullable IKey encryptionKey;
  private final Boolean blockRecoveryPointDeletion;
  private final @Nullable LockConfiguration lockConfiguration;
  private final @Nullable ITopic notificationTopic;

  private DrBackupPlanProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.purpose = setters.effectivePurpose();
    this.schedule = setters.schedule;
    this.retention = setters.retention;
    this.copyRetention = setters.copyRetention;
    this.startWindow = setters.startWindow;
    this.completionWindow = setters.completionWindow;
    this.encryptionKey = setters.encryptionKey;
    this.blockRecoveryPointDeletion =
        setters.blockRecoveryPointDeletion == null ? true : setters.blockRecoveryPointDeletion;
    this.lockConfiguration = setters.lockConfiguration;
    this.notificationTopic = setters.notificationTopic;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the names of the pair, which give the vaults of both regions theirs} */
  public DrNames getNames() {
    return names;
  }

  /** {@return what tells this plan from another of the same pair, {@code backup} by default} */
  public String getPurpose() {
    return purpose;
  }

  /** {@return when backups start, every day at 03:00 UTC by default} */
  public Schedule getSchedule() {
    return schedule == null
        ? Schedule.cron(CronOptions.builder().minute("0").hour("3").build())
        : schedule;
  }

  /** {@return how long a backup is kept in its own region, 7 days by default} */
  public Duration getRetention() {
    return retention == null ? Duration.days(DEFAULT_RETENTION_DAYS) : retention;
  }

  /** {@return how long a copy is kept in the other region, as long as the backup by default} */
  public Duration getCopyRetention() {
    return copyRetention == null ? getRetention() : copyRetention;
  }

  /** {@return how long a job may wait before it starts, 2 hours by default} */
  public Duration getStartWindow() {
    return startWindow == null ? Duration.hours(DEFAULT_START_HOURS) : startWindow;
  }

  /** {@return how long a job may take in all, 12 hours by default} */
  public Duration getCompletionWindow() {
    return completionWindow == null ? Duration.hours(DEFAULT_COMPLETION_HOURS) : completionWindow;
  }

  /** {@return the key of the vault in this region, null to create one} */
  public @Nullable IKey getEncryptionKey() {
    return encryptionKey;
  }

  /** {@return whether nobody may delete a recovery point before it expires, true by default} */
  public Boolean getBlockRecoveryPointDeletion() {
    return blockRecoveryPointDeletion;
  }

  /** {@return the lock of the vault, null for none} */
  public @Nullable LockConfiguration getLockConfiguration() {
    return lockConfiguration;
  }

  /** {@return the topic that is told of failed jobs, null for none} */
  public @Nullable ITopic getNotificationTopic() {
    return notificationTopic;
  }

  String vaultName() {
    return names.pairName(purpose);
  }

  /** Builds {@link DrBackupPlanProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrBackupPlanProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public DrBackupPlanProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link DrBackupPlan.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable String purpose;
    private @Nullable Schedule schedule;
    private @Nullable Duration retention;
    private @Nullable Duration copyRetention;
    private @Nullable Duration startWindow;
    private @Nullable Duration completionWindow;
    private @Nullable IKey encryptionKey;
    private @Nullable Boolean blockRecoveryPointDeletion;
    private @Nullable LockConfiguration lockConfiguration;
    private @Nullable ITopic notificationTopic;

    Setters() {}

    /**
     * Sets the names of the pair. Required. Both regions use the same names, so that each knows the
     * other's vault before it exists.
     *
     * @param names the names
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets what tells this plan from another of the same pair; the vaults of both regions have it
     * in their name. Default: {@code backup}.
     *
     * @param purpose lower-case letters, digits and single hyphens; the vault's name may have at
     *     most 50 characters ("CreateBackupVault" in the AWS Backup developer guide)
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets when backups start. Default: every day at 03:00 UTC. Keep clear of the cluster's own
     * backup and maintenance windows.
     *
     * @param schedule the schedule in UTC, at least once a day for a daily recovery point
     * @return this builder
     */
    public B schedule(Schedule schedule) {
      this.schedule = schedule;
      return self();
    }

    /**
     * Sets how long a backup is kept in its own region. Default: 7 days.
     *
     * @param retention 1 to 36500 whole days ("Lifecycle" in the AWS Backup developer guide)
     * @return this builder
     */
    public B retention(Duration retention) {
      this.retention = retention;
      return self();
    }

    /**
     * Sets how long a copy is kept in the other region. Default: as long as the backup.
     *
     * @param copyRetention 1 to 36500 whole days
     * @return this builder
     */
    public B copyRetention(Duration copyRetention) {
      this.copyRetention = copyRetention;
      return self();
    }

    /**
     * Sets how long a job may wait before it starts; one that has not started by then expires and
     * is reported. Default: 2 hours.
     *
     * @param startWindow whole minutes, at least 60 ("BackupRule" in the AWS Backup developer
     *     guide)
     * @return this builder
     */
    public B startWindow(Duration startWindow) {
      this.startWindow = startWindow;
      return self();
    }

    /**
     * Sets how long a job may take in all; one that takes longer is cancelled and reported.
     * Default: 12 hours, so that a job that hangs is known before the next one starts.
     *
     * @param completionWindow whole minutes, at least 60 more than the start window
     * @return this builder
     */
    public B completionWindow(Duration completionWindow) {
      this.completionWindow = completionWindow;
      return self();
    }

    /**
     * Sets the key of the vault in this region. Its policy must leave the decision to IAM policies
     * of the account, as the default policy of a CDK key does; otherwise it must itself admit the
     * roles that back up and copy. Default: a new customer key with yearly rotation, which stays
     * when the stack is deleted.
     *
     * @param encryptionKey a key of the stack's region
     * @return this builder
     */
    public B encryptionKey(IKey encryptionKey) {
      this.encryptionKey = encryptionKey;
      return self();
    }

    /**
     * Sets whether the vault's access policy denies everybody to delete a recovery point or to
     * change its lifecycle. Expiry by age goes on. Default: true. Whoever may change the vault's
     * access policy can lift this guard; {@link #lockConfiguration} cannot be lifted that way.
     *
     * @param blockRecoveryPointDeletion true to deny
     * @return this builder
     */
    public B blockRecoveryPointDeletion(Boolean blockRecoveryPointDeletion) {
      this.blockRecoveryPointDeletion = blockRecoveryPointDeletion;
      return self();
    }

    /**
     * Sets the lock of the vault. Default: none. Without {@code changeableFor} the lock is in
     * governance mode: whoever has the right may remove it. With {@code changeableFor} it is in
     * compliance mode: after that time <strong>nobody, not even AWS, can remove it</strong>, and
     * the vault can be deleted only once its last recovery point has expired.
     *
     * @param lockConfiguration whole days; both retentions must lie inside its limits, because a
     *     locked vault fails the jobs of others; {@code changeableFor} at least 3 days ("AWS Backup
     *     Vault Lock" in the AWS Backup developer guide)
     * @return this builder
     */
    public B lockConfiguration(LockConfiguration lockConfiguration) {
      this.lockConfiguration = lockConfiguration;
      return self();
    }

    /**
     * Sets the topic that is told of failed jobs. A topic that is encrypted needs a customer key
     * whose policy admits {@code events.amazonaws.com}, and an imported topic needs a policy that
     * lets it publish. Default: none, with the warning {@value DrBackupPlan#UNNOTICED_WARNING}.
     *
     * @param notificationTopic a topic of the stack's region
     * @return this builder
     */
    public B notificationTopic(ITopic notificationTopic) {
      this.notificationTopic = notificationTopic;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    final DrBackupPlanProps buildProps() {
      Faults faults = Faults.of("DrBackupPlanProps");
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      if (names != null) {
        checkVaultName(faults, names);
      }
      if (schedule != null) {
        faults.unless(
            schedule.getExpressionString().startsWith("cron("),
            "schedule must be a cron expression, got '"
                + schedule.getExpressionString()
                + "'; use Schedule.cron(...)");
      }
      BackupTimes times = new BackupTimes(faults);
      long days = times.checkDays("retention", retention, DEFAULT_RETENTION_DAYS);
      long copyDays = times.checkDays("copyRetention", copyRetention, days);
      if (lockConfiguration != null) {
        times.checkLock(lockConfiguration, days, copyDays);
      }
      times.checkWindows(
          startWindow, DEFAULT_START_HOURS * 60, completionWindow, DEFAULT_COMPLETION_HOURS * 60);
      faults.throwIfAny();
      return new DrBackupPlanProps(this);
    }

    private void checkVaultName(Faults faults, DrNames names) {
      try {
        String name = names.pairName(effectivePurpose());
        int excess = name.length() - MAX_VAULT_NAME_LENGTH;
        faults.unless(
            excess <= 0,
            String.format(
                "the vault name %s must have at most %s characters, got %s; shorten the purpose by"
                    + " %s",
                name, MAX_VAULT_NAME_LENGTH, name.length(), excess));
      } catch (InvalidInputException e) {
        faults.addAll(e);
      }
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }
  }
}
