package io.github.paymentdr.payments.alarms;

import io.github.paymentdr.core.validation.Faults;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;

/**
 * When the alarms of an Aurora PostgreSQL cluster go off. Each has a default that fits {@code
 * db.t3.medium} instances; each can be changed or switched off.
 *
 * <pre>{@code
 * AuroraAlarmThresholds.Builder.create().maxConnections(1000).withoutDeadlocks().build();
 * }</pre>
 */
public final class AuroraAlarmThresholds {
  /**
   * What a {@code db.t3.medium} accepts. Aurora's default is {@code
   * LEAST(DBInstanceClassMemory/9531392, 5000)}, from "Maximum connections to an Aurora PostgreSQL
   * DB instance" in the Amazon Aurora user guide. 4 GB give 419; what the operating system and
   * Aurora keep for themselves is taken off first, for which 14 are allowed here.
   */
  private static final int DEFAULT_MAX_CONNECTIONS = 405;

  private static final int CONNECTIONS_PERCENT = 80;

  /** The smallest and largest value of the parameter {@code max_connections}, same source. */
  private static final int LEAST_MAX_CONNECTIONS = 6;

  private static final int MOST_MAX_CONNECTIONS = 262_143;

  private static final int MEBIBYTE = 1024 * 1024;

  private final @Nullable AlarmThreshold connections;
  private final @Nullable AlarmThreshold cpu;
  private final @Nullable AlarmThreshold freeableMemory;
  private final @Nullable AlarmThreshold replicaLag;
  private final @Nullable AlarmThreshold deadlocks;

  private AuroraAlarmThresholds(Builder builder) {
    this.connections = builder.effectiveConnections();
    this.cpu = builder.cpu;
    this.freeableMemory = builder.freeableMemory;
    this.replicaLag = builder.replicaLag;
    this.deadlocks = builder.deadlocks;
  }

  /** {@return the threshold for connections to one instance, empty when switched off} */
  public Optional<AlarmThreshold> getConnections() {
    return Optional.ofNullable(connections);
  }

  /** {@return the threshold for the busiest instance's CPU in percent, empty when switched off} */
  public Optional<AlarmThreshold> getCpu() {
    return Optional.ofNullable(cpu);
  }

  /** {@return the threshold for the least free memory in bytes, empty when switched off} */
  public Optional<AlarmThreshold> getFreeableMemory() {
    return Optional.ofNullable(freeableMemory);
  }

  /** {@return the threshold for the slowest reader's lag in milliseconds, empty when off} */
  public Optional<AlarmThreshold> getReplicaLag() {
    return Optional.ofNullable(replicaLag);
  }

  /** {@return the threshold for deadlocks per second, empty when switched off} */
  public Optional<AlarmThreshold> getDeadlocks() {
    return Optional.ofNullable(deadlocks);
  }

  /** Builds {@link AuroraAlarmThresholds}. */
  public static final class Builder implements software.amazon.jsii.Builder<AuroraAlarmThresholds> {
    private @Nullable Number maxConnections;
    private boolean connectionsAreChosen;

    private @Nullable AlarmThreshold connections;
    private @Nullable AlarmThreshold cpu =
        AlarmThreshold.Builder.create().value(80).missingData(TreatMissingData.BREACHING).build();
    private @Nullable AlarmThreshold freeableMemory =
        AlarmThreshold.Builder.create()
            .comparison(ComparisonOperator.LESS_THAN_THRESHOLD)
            .value(256 * MEBIBYTE)
            .build();
    private @Nullable AlarmThreshold replicaLag =
        AlarmThreshold.Builder.create().value(1000).build();
    private @Nullable AlarmThreshold deadlocks =
        AlarmThreshold.Builder.create().value(0).datapointsToAlarm(3).build();

    private Builder() {}

    /** {@return a new builder in which every alarm has its default} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets how many connections one instance accepts; the alarm goes off above 80 % of it. Default:
     * 405, that of {@code db.t3.medium}, so above 324.
     *
     * @param maxConnections the instances' parameter {@code max_connections}, 6 to 262143
     * @return this builder
     */
    public Builder maxConnections(Number maxConnections) {
      this.maxConnections = maxConnections;
      return this;
    }

    /**
     * Sets the threshold for connections to one instance. Default: above 80 % of {@link
     * #maxConnections(Number)} in 5 of 5 minutes.
     *
     * @param connections the threshold, in connections
     * @return this builder
     */
    public Builder connections(AlarmThreshold connections) {
      this.connections = connections;
      this.connectionsAreChosen = true;
      return this;
    }

    /** {@return this builder, without an alarm on connections} */
    public Builder withoutConnections() {
      this.connections = null;
      this.connectionsAreChosen = true;
      return this;
    }

    /**
     * Sets the threshold for the busiest instance's CPU. Default: above 80 % in 5 of 5 minutes;
     * missing data is breaching, because a database that reports no CPU is down or out of sight.
     *
     * @param cpu the threshold, in percent
     * @return this builder
     */
    public Builder cpu(AlarmThreshold cpu) {
      this.cpu = cpu;
      return this;
    }

    /** {@return this builder, without an alarm on CPU} */
    public Builder withoutCpu() {
      this.cpu = null;
      return this;
    }

    /**
     * Sets the threshold for the memory of the instance that has the least of it free. Default:
     * below 256 MiB, of the 4 GiB of {@code db.t3.medium}, in 5 of 5 minutes.
     *
     * @param freeableMemory the threshold, in bytes
     * @return this builder
     */
    public Builder freeableMemory(AlarmThreshold freeableMemory) {
      this.freeableMemory = freeableMemory;
      return this;
    }

    /** {@return this builder, without an alarm on freeable memory} */
    public Builder withoutFreeableMemory() {
      this.freeableMemory = null;
      return this;
    }

    /**
     * Sets the threshold for the slowest reader's lag behind the writer of the same cluster.
     * Default: above 1000 ms in 5 of 5 minutes; usual are less than 100 ms.
     *
     * @param replicaLag the threshold, in milliseconds
     * @return this builder
     */
    public Builder replicaLag(AlarmThreshold replicaLag) {
      this.replicaLag = replicaLag;
      return this;
    }

    /** {@return this builder, without an alarm on replica lag} */
    public Builder withoutReplicaLag() {
      this.replicaLag = null;
      return this;
    }

    /**
     * Sets the threshold for deadlocks. Default: any in 3 of 5 minutes; a single one is undone and
     * retried.
     *
     * @param deadlocks the threshold, in deadlocks per second
     * @return this builder
     */
    public Builder deadlocks(AlarmThreshold deadlocks) {
      this.deadlocks = deadlocks;
      return this;
    }

    /** {@return this builder, without an alarm on deadlocks} */
    public Builder withoutDeadlocks() {
      this.deadlocks = null;
      return this;
    }

    /**
     * Makes the thresholds.
     *
     * @return the thresholds
     * @throws io.github.paymentdr.core.validation.InvalidInputException if {@code maxConnections}
     *     is out of range or set beside a threshold for connections, or if no alarm is left; it
     *     names all faults
     */
    @Override
    public AuroraAlarmThresholds build() {
      Faults faults = Faults.of("AuroraAlarmThresholds");
      if (maxConnections != null) {
        checkMaxConnections(faults, maxConnections);
      }
      faults.unless(
          !connectionsAreChosen
              || Stream.of(connections, cpu, freeableMemory, replicaLag, deadlocks)
                  .anyMatch(threshold -> threshold != null),
          "at least one alarm must be on; remove monitorCluster(...) instead");
      faults.throwIfAny();
      return new AuroraAlarmThresholds(this);
    }

    private @Nullable AlarmThreshold effectiveConnections() {
      if (connectionsAreChosen) {
        return connections;
      }
      Number most = maxConnections == null ? DEFAULT_MAX_CONNECTIONS : maxConnections;
      return AlarmThreshold.Builder.create()
          .value(most.longValue() * CONNECTIONS_PERCENT / 100)
          .build();
    }

    private void checkMaxConnections(Faults faults, Number most) {
      faults.unless(
          !connectionsAreChosen,
          "maxConnections only shapes the default of connections; remove maxConnections(...) or"
              + " what sets or switches off connections");
      if (Token.isUnresolved(most)) {
        faults.add(
            "maxConnections must be known at synthesis, got a deploy-time token; pass a literal"
                + " value");
        return;
      }
      faults.unless(
          most.doubleValue() >= LEAST_MAX_CONNECTIONS && most.doubleValue() <= MOST_MAX_CONNECTIONS,
          "maxConnections must be between 6 and 262143, got "
              + most
              + "; use the instances' parameter max_connections");
    }
  }
}
