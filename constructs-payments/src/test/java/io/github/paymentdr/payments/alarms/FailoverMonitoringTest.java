package io.github.paymentdr.payments.alarms;

import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.failover.DrFailover;
import io.github.paymentdr.payments.failover.FailedOver;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.IAlarm;

@DisplayName("DrAlarms.monitorFailover")
class FailoverMonitoringTest {
  @Test
  @DisplayName("B2: the dashboard says what a recovery may take and shows one under way")
  void showsTheFailover() {
    Stack stack = Synthesis.secondaryStack();
    DrFailover failover = FailedOver.alone(stack).build();
    DrAlarms alarms = DrAlarms.Builder.create(stack, "Alarms").regionPair(PAIR).build();
    List<IAlarm> own = alarms.monitorFailover(failover);
    assertThat(own).hasSize(8);
    assertThat(alarms.getAlarms()).isEmpty();
    Template template = Template.fromStack(stack);
    template.resourceCountIs("AWS::CloudWatch::Alarm", 8);
    assertThat(
            onlyPropertiesOf(template, "AWS::CloudWatch::Dashboard")
                .get("DashboardBody")
                .toString())
        .contains(
            "## Failover Failover",
            "Recovery at most 99 s of 300 s: detection 33 s",
            "PeerUnhealthy",
            "RecoverySeconds",
            "ExecutionsStarted",
            "FailoverAlarmsSilence");
  }

  @Test
  void addsNothingWithoutADashboard() {
    Stack stack = Synthesis.secondaryStack();
    DrFailover failover = FailedOver.alone(stack).build();
    DrAlarms alarms =
        DrAlarms.Builder.create(stack, "Alarms").regionPair(PAIR).dashboard(false).build();
    assertThat(alarms.monitorFailover(failover)).hasSize(8);
  }

  @Test
  void refusesASecondTimeAndAnotherRegion() {
    App app = new App();
    Stack secondary = Synthesis.stackIn(app, "Secondary", "us-west-2");
    DrFailover failover = FailedOver.alone(secondary).build();
    DrAlarms alarms = DrAlarms.Builder.create(secondary, "Alarms").regionPair(PAIR).build();
    alarms.monitorFailover(failover);
    assertThatThrownBy(() -> alarms.monitorFailover(failover))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "DrAlarms: Failover is monitored already; monitor it once, with all the thresholds you"
                + " want");
    Stack primary = Synthesis.stackIn(app, "Primary", "us-east-1");
    DrAlarms elsewhere = DrAlarms.Builder.create(primary, "Alarms").regionPair(PAIR).build();
    assertThatThrownBy(() -> elsewhere.monitorFailover(failover))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("whose metrics alarms of us-east-1 cannot read");
  }
}
