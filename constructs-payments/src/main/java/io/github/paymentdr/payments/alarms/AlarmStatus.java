package io.github.paymentdr.payments.alarms;

import static java.util.Objects.requireNonNull;

import java.util.List;
import software.amazon.awscdk.services.cloudwatch.AlarmStatusWidget;
import software.amazon.awscdk.services.cloudwatch.ConcreteWidget;
import software.amazon.awscdk.services.cloudwatch.IAlarm;

/**
 * The state of all alarms. The CDK's own widget wants them when it is made; this one is on top of
 * the dashboard before most of them exist, so it asks at synthesis.
 */
final class AlarmStatus extends ConcreteWidget {
  private static final int WIDTH = 24;
  private static final int HEIGHT = 4;

  private final List<IAlarm> alarms;

  AlarmStatus(List<IAlarm> alarms) {
    super(WIDTH, HEIGHT);
    this.alarms = alarms;
  }

  @Override
  public List<Object> toJson() {
    if (alarms.isEmpty()) {
      return List.of();
    }
    AlarmStatusWidget widget =
        AlarmStatusWidget.Builder.create()
            .title("Alarms")
            .alarms(alarms)
            .width(WIDTH)
            .height(HEIGHT)
            .build();
    widget.position(requireNonNull(getX()), requireNonNull(getY()));
    return widget.toJson();
  }
}
