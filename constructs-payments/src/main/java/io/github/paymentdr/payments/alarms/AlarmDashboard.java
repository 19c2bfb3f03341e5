package io.github.paymentdr.payments.alarms;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.payments.failover.DrFailover;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IAlarm;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.IWidget;
import software.amazon.awscdk.services.cloudwatch.TextWidget;
import software.constructs.Construct;

/** The dashboard of one region: the state of all alarms, then a row for each monitored thing. */
final class AlarmDashboard {
  private static final int FULL_WIDTH = 24;
  private static final int GRAPH_HEIGHT = 6;
  private static final int MOST_GRAPHS_IN_A_LINE = 4;
  private static final int LEAST_GRAPHS_IN_A_LINE = 2;
  private static final int GRAPHS_IN_EACH_OF_MANY_LINES = 3;

  private final Dashboard dashboard;

  /** Its name stays CloudFormation's: dashboards of all regions share one space of names. */
  AlarmDashboard(Construct scope, RegionPair pair, List<IAlarm> alarms) {
    this.dashboard = new Dashboard(scope, "Dashboard");
    dashboard.addWidgets(titleOf(scope, pair));
    dashboard.addWidgets(new AlarmStatus(alarms));
  }

  Dashboard getDashboard() {
    return dashboard;
  }

  void addRow(String heading, List<Alarm> alarms, List<String> titles) {
    dashboard.addWidgets(text("## " + heading));
    int width = FULL_WIDTH / graphsInALine(alarms.size());
    List<IWidget> graphs = new ArrayList<>();
    for (int i = 0; i < alarms.size(); i++) {
      graphs.add(graphOf(alarms.get(i), titles.get(i), width));
    }
    dashboard.addWidgets(graphs.toArray(IWidget[]::new));
  }

  /** What a recovery may take, and what there is to see of one. Its alarms are its own. */
  void addFailover(String heading, DrFailover failover) {
    dashboard.addWidgets(text("## " + heading));
    dashboard.addWidgets(text("Recovery at most " + failover.getBudget()));
    dashboard.addWidgets(
        graphOf("The other region is unhealthy (0 or 1)", failover.metricPeerUnhealthy()),
        graphOf("Recovery under way (seconds)", failover.metricRecoverySeconds()),
        graphOf(
            "Executions started and stopped",
            failover.metricExecutionsStarted(),
            failover.metricExecutionsFailed()));
  }

  private static GraphWidget graphOf(String title, IMetric... metrics) {
    return GraphWidget.Builder.create()
        .title(title)
        .left(ImmutableList.copyOf(metrics))
        .width(FULL_WIDTH / GRAPHS_IN_EACH_OF_MANY_LINES)
        .height(GRAPH_HEIGHT)
        .build();
  }

  private static int graphsInALine(int graphs) {
    return graphs > MOST_GRAPHS_IN_A_LINE
        ? GRAPHS_IN_EACH_OF_MANY_LINES
        : Math.max(graphs, LEAST_GRAPHS_IN_A_LINE);
  }

  private static GraphWidget graphOf(Alarm alarm, String title, int width) {
    return GraphWidget.Builder.create()
        .title(title)
        .left(ImmutableList.of(alarm.getMetric()))
        .leftAnnotations(ImmutableList.of(alarm.toAnnotation()))
        .width(width)
        .height(GRAPH_HEIGHT)
        .build();
  }

  private static TextWidget titleOf(Construct scope, RegionPair pair) {
    return text(
        String.format(
            "# %s in %s, %s region of %s",
            Stack.of(scope).getStackName(),
            Stack.of(scope).getRegion(),
            pair.roleOf(scope).name().toLowerCase(Locale.ROOT),
            pair));
  }

  private static TextWidget text(String markdown) {
    return TextWidget.Builder.create().markdown(markdown).width(FULL_WIDTH).height(1).build();
  }
}
