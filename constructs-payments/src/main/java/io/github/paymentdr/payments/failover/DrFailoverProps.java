package io.github.paymentdr.payments.failover;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.endpoint.PaymentEndpoint;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.replication.DrReplication;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.sns.ITopic;

/** Properties of {@link DrFailover}. All values must be known at synthesis. */
public final class DrFailoverProps {
  private static final String DEFAULT_PURPOSE = "failover";
  private static final String DEFAULT_HEALTH_PATH = "/health?deep=true";
  private static final int DEFAULT_INTERVAL = 10;
  private static final int DEFAULT_TIMEOUT = 3;
  private static final int DEFAULT_DATAPOINTS = 3;
  private static final int DEFAULT_ATTEMPTS = 2;
  private static final int DEFAULT_COOL_DOWN_MINUTES = 10;
  private static final int DEFAULT_EVALUATION = 10;
  private static final int DEFAULT_DELAY = 5;

  /** What a subscriber needs to become the publisher; measured with PostgreSQL itself. */
  private static final int LOGICAL_PROMOTION = 16;

  /** One to three minutes are usual with Aurora, seen every five seconds, which divides them. */
  private static final int GLOBAL_PROMOTION = 180;

  private final DrNames names;
  private final RegionLease lease;
  private final PaymentFunction paymentFunction;
  private final ITopic notificationTopic;
  private final RecoveryObjective objective;
  private final @Nullable DrReplication replication;
  private final @Nullable PaymentEndpoint endpoint;
  private final String purpose;
  private final Boolean automaticFailover;
  private final @Nullable Duration probeInterval;
  private final @Nullable Duration probeTimeout;
  private final Number unhealthyDatapoints;
  private final Number confirmAttempts;
  private final @Nullable Duration coolDown;
  private final String healthPath;
  private final @Nullable Duration promotionTime;
  private final @Nullable Duration replayTime;
  private final @Nullable Duration alarmEvaluation;
  private final @Nullable Duration eventDelivery;
  private final @Nullable Duration trafficPropagation;
  private final @Nullable Duration clientReconnect;
  private final RetentionDays logRetention;

  private DrFailoverProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.lease = requireNonNull(setters.lease);
    this.paymentFunction = requireNonNull(setters.paymentFunction);
    this.notificationTopic = requireNonNull(setters.notificationTopic);
    this.objective = requireNonNull(setters.objective);
    this.replication = setters.replication;
    this.endpoint = setters.endpoint;
    this.purpose = setters.effectivePurpose();
    this.automaticFailover = setters.automaticFailover == null || setters.automaticFailover;
    this.probeInterval = setters.probeInterval;
    this.probeTimeout = setters.probeTimeout;
    this.unhealthyDatapoints =
        setters.unhealthyDatapoints == null ? DEFAULT_DATAPOINTS : setters.unhealthyDatapoints;
    this.confirmAttempts =
        setters.confirmAttempts == null ? DEFAULT_ATTEMPTS : setters.confirmAttempts;
    this.coolDown = setters.coolDown;
    this.healthPath = setters.healthPath == null ? DEFAULT_HEALTH_PATH : setters.healthPath;
    this.promotionTime = setters.promotionTime;
    this.replayTime = setters.replayTime;
    this.alarmEvaluation = setters.alarmEvaluation;
    this.eventDelivery = setters.eventDelivery;
    this.trafficPropagation = setters.trafficPropagation;
    this.clientReconnect = setters.clientReconnect;
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

  /** {@return who is active, in this region's view} */
  public RegionLease getLease() {
    return lease;
  }

  /** {@return this region's payment function} */
  public PaymentFunction getPaymentFunction() {
    return paymentFunction;
  }

  /** {@return the topic that people are told through} */
  public ITopic getNotificationTopic() {
    return notificationTopic;
  }

  /** {@return what the pair promises} */
  public RecoveryObjective getObjective() {
    return objective;
  }

  /** {@return this region's replication, null when there is no database to promote} */
  public @Nullable DrReplication getReplication() {
    return replication;
  }

  /** {@return the one URL of the pair, null when callers know both Function URLs} */
  public @Nullable PaymentEndpoint getEndpoint() {
    return endpoint;
  }

  /** {@return what tells this failover from others of the pair, {@code failover} by default} */
  public String getPurpose() {
    return purpose;
  }

  /** {@return whether the alarm starts a failover, true by default} */
  public Boolean getAutomaticFailover() {
    return automaticFailover;
  }

  /** {@return the time from one probe to the next, 10 seconds by default} */
  public Duration getProbeInterval() {
    return probeInterval == null ? Duration.seconds(DEFAULT_INTERVAL) : probeInterval;
  }

  /** {@return how long a probe waits for an answer, 3 seconds by default} */
  public Duration getProbeTimeout() {
    return probeTimeout == null ? Duration.seconds(DEFAULT_TIMEOUT) : probeTimeout;
  }

  /** {@return how many probes in a row must fail, 3 by default} */
  public Number getUnhealthyDatapoints() {
    return unhealthyDatapoints;
  }

  /** {@return how often the other region is asked again before anything is done, 2 by default} */
  public Number getConfirmAttempts() {
    return confirmAttempts;
  }

  /** {@return how long after a takeover no alarm starts another, 10 minutes by default} */
  public Duration getCoolDown() {
    return coolDown == null ? Duration.minutes(DEFAULT_COOL_DOWN_MINUTES) : coolDown;
  }

  /** {@return path and query of a region's health, {@code /health?deep=true} by default} */
  public String getHealthPath() {
    return healthPath;
  }

  /** {@return the longest time that a promotion takes, null without replication} */
  public @Nullable Duration getPromotionTime() {
    if (promotionTime != null || replication == null) {
      return promotionTime;
    }
    return Duration.seconds(
        replication.getReplication().isLogical() ? LOGICAL_PROMOTION : GLOBAL_PROMOTION);
  }

  /**
   * {@return the longest time that the replay of the journal takes, null for the payment function's
   * timeout}
   */
  public @Nullable Duration getReplayTime() {
    return replayTime;
  }

  /** {@return how long CloudWatch takes to see a datapoint, 10 seconds by default} */
  public Duration getAlarmEvaluation() {
    return alarmEvaluation == null ? Duration.seconds(DEFAULT_EVALUATION) : alarmEvaluation;
  }

  /** {@return how long an alarm takes to the state machine, 5 seconds by default} */
  public Duration getEventDelivery() {
    return eventDelivery == null ? Duration.seconds(DEFAULT_DELAY) : eventDelivery;
  }

  /** {@return how long a changed key takes to all edges, 5 seconds by default} */
  public Duration getTrafficPropagation() {
    return trafficPropagation == null ? Duration.seconds(DEFAULT_DELAY) : trafficPropagation;
  }

  /** {@return how long callers take to connect anew, 5 seconds by default} */
  public Duration getClientReconnect() {
    return clientReconnect == null ? Duration.seconds(DEFAULT_DELAY) : clientReconnect;
  }

  /** {@return how long all logs are kept, one week by default} */
  public RetentionDays getLogRetention() {
    return logRetention;
  }

  /** The name that both regions have for this failover. */
  String pairName() {
    return names.pairName(purpose);
  }

  /** Builds {@link DrFailoverProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrFailoverProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public DrFailoverProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link DrFailover.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable RegionLease lease;
    private @Nullable PaymentFunction paymentFunction;
    private @Nullable ITopic notificationTopic;
    private @Nullable RecoveryObjective objective;
    private @Nullable DrReplication replication;
    private @Nullable PaymentEndpoint endpoint;
    private @Nullable String purpose;
    private @Nullable Boolean automaticFailover;
    private @Nullable Duration probeInterval;
    private @Nullable Duration probeTimeout;
    private @Nullable Number unhealthyDatapoints;
    private @Nullable Number confirmAttempts;
    private @Nullable Duration coolDown;
    private @Nullable String healthPath;
    private @Nullable Duration promotionTime;
    private @Nullable Duration replayTime;
    private @Nullable Duration alarmEvaluation;
    private @Nullable Duration eventDelivery;
    private @Nullable Duration trafficPropagation;
    private @Nullable Duration clientReconnect;
    private @Nullable RetentionDays logRetention;

    Setters() {}

    /**
     * Sets the names of the pair. Required. State machine and metrics are named with them.
     *
     * @param names the names, the same in both regions
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets the lease that says which region is active. Required.
     *
     * @param lease the lease of this region's stack, of the same pair
     * @return this builder
     */
    public B lease(RegionLease lease) {
      this.lease = lease;
      return self();
    }

    /**
     * Sets the payment function of this region, which is probed from the other one, replays the
     * journal and cleans it. Required.
     *
     * @param paymentFunction a function with {@code names}, guarded by the lease
     * @return this builder
     */
    public B paymentFunction(PaymentFunction paymentFunction) {
      this.paymentFunction = paymentFunction;
      return self();
    }

    /**
     * Sets the topic that tells people of a failover, of one that stopped and of every alarm here.
     * Required.
     *
     * @param notificationTopic a topic of this region, which admits CloudWatch; {@code
     *     alarms.getTopic()} is one
     * @return this builder
     */
    public B notificationTopic(ITopic notificationTopic) {
      this.notificationTopic = notificationTopic;
      return self();
    }

    /**
     * Sets what the pair promises. Required. A budget over its recovery time fails the synthesis.
     *
     * @param objective the objective
     * @return this builder
     */
    public B objective(RecoveryObjective objective) {
      this.objective = objective;
      return self();
    }

    /**
     * Sets the replication whose database is promoted. Default: none; nothing is promoted, and the
     * construct warns with the id {@code @payment-dr/failover:withoutReplication}.
     *
     * @param replication the replication of this region
     * @return this builder
     */
    public B replication(DrReplication replication) {
      this.replication = replication;
      return self();
    }

    /**
     * Sets the one URL that a failover moves. Default: none; callers must try both Function URLs.
     *
     * @param endpoint the endpoint of this region's stack
     * @return this builder
     */
    public B endpoint(PaymentEndpoint endpoint) {
      this.endpoint = endpoint;
      return self();
    }

    /**
     * Sets what tells this failover from others of the pair. Default: {@code failover}.
     *
     * @param purpose lower-case letters, digits and single hyphens, the same in both regions
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets whether the alarm on the other region starts a failover by itself. Default: true.
     * Without it people are told all the same, and start it by hand.
     *
     * @param automaticFailover whether it does
     * @return this builder
     */
    public B automaticFailover(Boolean automaticFailover) {
      this.automaticFailover = automaticFailover;
      return self();
    }

    /**
     * Sets the time from one probe to the next, which is also the period of the alarm. Default: 10
     * seconds.
     *
     * @param probeInterval 10, 20 or 30 seconds, the periods of high-resolution alarms
     *     ("PutMetricAlarm" in the CloudWatch API reference)
     * @return this builder
     */
    public B probeInterval(Duration probeInterval) {
      this.probeInterval = probeInterval;
      return self();
    }

    /**
     * Sets how long a probe waits for an answer. Default: 3 seconds.
     *
     * @param probeTimeout whole seconds from 1, less than the probe interval
     * @return this builder
     */
    public B probeTimeout(Duration probeTimeout) {
      this.probeTimeout = probeTimeout;
      return self();
    }

    /**
     * Sets how many probes in a row must fail before the alarm goes off. Default: 3.
     *
     * @param unhealthyDatapoints a whole number from 1 to 10
     * @return this builder
     */
    public B unhealthyDatapoints(Number unhealthyDatapoints) {
      this.unhealthyDatapoints = unhealthyDatapoints;
      return self();
    }

    /**
     * Sets how often the other region is asked again before anything is done. Default: 2.
     *
     * @param confirmAttempts a whole number from 1 to 10
     * @return this builder
     */
    public B confirmAttempts(Number confirmAttempts) {
      this.confirmAttempts = confirmAttempts;
      return self();
    }

    /**
     * Sets how long after a takeover no alarm starts another, so that what flaps is not followed.
     * Default: 10 minutes. A person can start one at any time.
     *
     * @param coolDown whole seconds, up to a day
     * @return this builder
     */
    public B coolDown(Duration coolDown) {
      this.coolDown = coolDown;
      return self();
    }

    /**
     * Sets path and query of a region's health at its Function URL: 200 is healthy, everything else
     * is not. Default: {@code /health?deep=true}.
     *
     * @param healthPath begins with a slash, no blanks
     * @return this builder
     */
    public B healthPath(String healthPath) {
      this.healthPath = healthPath;
      return self();
    }

    /**
     * Sets the longest time that a promotion takes, for the budget. Default: 16 seconds with
     * logical replication, 180 seconds with a global database, none without replication.
     *
     * @param promotionTime whole seconds from 1 up to an hour; only with a replication
     * @return this builder
     */
    public B promotionTime(Duration promotionTime) {
      this.promotionTime = promotionTime;
      return self();
    }

    /**
     * Sets the longest time that the replay of the journal takes, for the budget. Default: the time
     * limit of the payment function, in which one call ends.
     *
     * @param replayTime whole seconds from 1 up to 15 minutes
     * @return this builder
     */
    public B replayTime(Duration replayTime) {
      this.replayTime = replayTime;
      return self();
    }

    /**
     * Sets how long CloudWatch takes from the last datapoint to the alarm, for the budget. Default:
     * 10 seconds, the interval at which it evaluates high-resolution alarms ("Using Amazon
     * CloudWatch alarms" in the CloudWatch user guide). AWS promises no time.
     *
     * @param alarmEvaluation whole seconds up to 5 minutes
     * @return this builder
     */
    public B alarmEvaluation(Duration alarmEvaluation) {
      this.alarmEvaluation = alarmEvaluation;
      return self();
    }

    /**
     * Sets how long EventBridge takes from the alarm to the state machine, for the budget. Default:
     * 5 seconds, many times what is usual. AWS promises no time.
     *
     * @param eventDelivery whole seconds up to 5 minutes
     * @return this builder
     */
    public B eventDelivery(Duration eventDelivery) {
      this.eventDelivery = eventDelivery;
      return self();
    }

    /**
     * Sets how long a changed key takes to all edge locations of CloudFront, for the budget.
     * Default: 5 seconds ("Amazon CloudFront KeyValueStore" in the CloudFront developer guide says
     * a few).
     *
     * @param trafficPropagation whole seconds up to 5 minutes
     * @return this builder
     */
    public B trafficPropagation(Duration trafficPropagation) {
      this.trafficPropagation = trafficPropagation;
      return self();
    }

    /**
     * Sets how long callers take to drop what they had and connect anew, for the budget. Default: 5
     * seconds.
     *
     * @param clientReconnect whole seconds up to 5 minutes
     * @return this builder
     */
    public B clientReconnect(Duration clientReconnect) {
      this.clientReconnect = clientReconnect;
      return self();
    }

    /**
     * Sets how long the logs of the functions and of the state machine are kept. Default: one week.
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

    final DrFailoverProps buildProps() {
      Faults faults = Faults.of("DrFailoverProps");
      checkRequired(faults);
      PropertyChecks.checkPurpose(faults, names, effectivePurpose());
      PropertyChecks.checkProbe(faults, probeInterval, probeTimeout);
      PropertyChecks.checkCount(faults, "unhealthyDatapoints", unhealthyDatapoints, "3 are usual");
      PropertyChecks.checkCount(faults, "confirmAttempts", confirmAttempts, "2 are usual");
      PropertyChecks.checkCoolDown(faults, coolDown);
      PropertyChecks.checkHealthPath(faults, healthPath);
      faults.unless(
          promotionTime == null || replication != null,
          "promotionTime needs a replication, without which nothing is promoted; set"
              + " replication(...) or remove it");
      PropertyChecks.checkPromotionTime(faults, promotionTime);
      PropertyChecks.checkReplayTime(faults, replayTime);
      PropertyChecks.checkDelay(faults, "alarmEvaluation", alarmEvaluation);
      PropertyChecks.checkDelay(faults, "eventDelivery", eventDelivery);
      PropertyChecks.checkDelay(faults, "trafficPropagation", trafficPropagation);
      PropertyChecks.checkDelay(faults, "clientReconnect", clientReconnect);
      faults.throwIfAny();
      return new DrFailoverProps(this);
    }

    private void checkRequired(Faults faults) {
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      faults.require("lease", lease, "set lease(RegionLease.Builder.create(...)...build())");
      faults.require("paymentFunction", paymentFunction, "set paymentFunction(function)");
      faults.require(
          "notificationTopic", notificationTopic, "set notificationTopic(alarms.getTopic())");
      faults.require("objective", objective, "set objective(RecoveryObjective.of(...))");
      if (paymentFunction != null) {
        PropertyChecks.checkPaymentFunction(faults, names, paymentFunction);
      }
    }
  }
}
