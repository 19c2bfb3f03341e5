package io.github.paymentdr.payments.internal;

import io.github.paymentdr.core.validation.Faults;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.dynamodb.PointInTimeRecoverySpecification;

/** What keeps a table from being lost: recovery, deletion protection, removal policy. */
public final class TableProtection {
  /** The longest period, from "PointInTimeRecoverySpecification" in the DynamoDB API reference. */
  public static final int MAX_RECOVERY_PERIOD_IN_DAYS = 35;

  private TableProtection() {}

  public static void checkRecovery(Faults faults, boolean recovers, @Nullable Number periodInDays) {
    if (periodInDays == null) {
      return;
    }
    faults.unless(
        recovers,
        "recoveryPeriodInDays needs point-in-time recovery; remove it or remove"
            + " pointInTimeRecovery(false)");
    if (Token.isUnresolved(periodInDays)) {
      faults.add(
          "recoveryPeriodInDays must be known at synthesis, got a deploy-time token; pass a literal"
              + " value");
    } else {
      int days = periodInDays.intValue();
      faults.unless(
          days >= 1 && days <= MAX_RECOVERY_PERIOD_IN_DAYS && days == periodInDays.doubleValue(),
          "recoveryPeriodInDays must be a whole number between 1 and 35, got " + periodInDays);
    }
  }

  public static void checkRemoval(Faults faults, RemovalPolicy policy, boolean isProtected) {
    faults.unless(
        policy != RemovalPolicy.SNAPSHOT,
        "removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got SNAPSHOT;"
            + " CloudFormation takes no snapshots of DynamoDB tables");
    faults.unless(
        policy != RemovalPolicy.DESTROY || !isProtected,
        "removalPolicy DESTROY contradicts deletion protection, with which the stack could not be"
            + " deleted; set deletionProtection(false) too or keep RETAIN");
  }

  public static PointInTimeRecoverySpecification recoveryOf(boolean recovers, Number periodInDays) {
    PointInTimeRecoverySpecification.Builder recovery =
        PointInTimeRecoverySpecification.builder().pointInTimeRecoveryEnabled(recovers);
    if (recovers) {
      recovery.recoveryPeriodInDays(periodInDays);
    }
    return recovery.build();
  }
}
