package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.pair.LocalRegion;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import java.util.List;

/** The health comes and goes. */
final class Flapping implements Disaster {
  /** A machine on which more are is too busy for this disaster. */
  private static final int MOST_LONG_ENOUGH = 3;

  @Override
  public String name() {
    return "flapping";
  }

  @Override
  public String title() {
    return "Flapping health";
  }

  @Override
  public String expectation() {
    return "Two probes that fail are no alarm. An alarm for a region that answers "
        + "when it is asked again is a false one. After a switch, the alarm for a "
        + "region that flaps waits for the end of the cool-down and does nothing "
        + "meanwhile. So nobody takes over, and payments go on. Nothing "
        + "acknowledged is lost, nothing is booked twice, and at no time do two "
        + "regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.NONE;
  }

  @Override
  public int aboutSeconds() {
    return 330;
  }

  @Override
  public void run(Stage stage) {
    stage.disaster("the health of us-east-1 comes and goes");
    flickers(stage);
    raisesFalseAlarm(stage);
    stage.say("switching to us-west-2, as planned");
    Execution switched = stage.personSwitches(stage.west(), "TakeLease");
    stage.expect(
        stage.endOf(switched).status() == Execution.Status.SUCCEEDED,
        "the planned switch did not succeed: " + switched);
    stage.accepts(stage.west());
    stage.becomesStandby(stage.east());
    isHeldByCoolDown(stage);
  }

  /** Too short for the alarm, three times; on a busy machine one may be longer than it is to be. */
  private static void flickers(Stage stage) {
    int tooShort = 0;
    int longEnough = 0;
    while (tooShort < 3 && longEnough < MOST_LONG_ENOUGH) {
      if (flicker(stage) == 2) {
        tooShort++;
      } else {
        longEnough++;
        endOfAlarm(stage, longEnough);
      }
      stage.pause(stage.between(0, 10));
    }
    stage.expect(
        tooShort == 3,
        "more than two probes failed each time that two were to: the machine is busy");
    stage.expect(
        stage.alarmsOf(stage.west()) <= longEnough,
        "the alarm went on although only two probes failed");
    stage.expect(
        stage.west().executions().size() <= longEnough, "a failover was started without an alarm");
  }

  /** {@return how many probes failed: two, or more if one failed by itself} */
  private static int flicker(Stage stage) {
    stage.east().cutFromPeer();
    stage.until("two probes fail", stage.limit(), () -> stage.west().failedProbes() >= 2);
    stage.east().heal();
    stage.until("a probe succeeds", stage.limit(), () -> stage.west().failedProbes() == 0);
    return stage.west().failedProbesBefore();
  }

  /** What was long enough for the alarm is a false one. */
  private static void endOfAlarm(Stage stage, int alarms) {
    LocalRegion west = stage.west();
    stage.say("a probe more failed by itself; this alarm is awaited, and does not count");
    stage.until("the alarm goes on", stage.limit(), () -> stage.alarmsOf(west) >= alarms);
    isFalse(stage, alarms - 1);
  }

  /** The alarm that is on has its execution, after so many others, and is a false one. */
  private static void isFalse(Stage stage, int before) {
    LocalRegion west = stage.west();
    stage.until("us-west-2 is started", stage.limit(), () -> west.executions().size() > before);
    Execution execution = west.executions().get(before);
    stage.endOf(execution);
    List<String> states = execution.states();
    stage.expect(
        !states.isEmpty() && states.get(states.size() - 1).equals("FalseAlarm"),
        "an alarm that is over must end as a false one: " + execution);
    stage.until("the alarm goes off", stage.limit(), () -> !stage.isAlarmOn(west));
  }

  /** Long enough for the alarm, and over when the state machine asks again. */
  private static void raisesFalseAlarm(Stage stage) {
    LocalRegion west = stage.west();
    int before = west.executions().size();
    stage.breaks("the health of us-east-1 fails until the alarm is on");
    stage.east().cutFromPeer();
    stage.until("the alarm goes on", stage.limit(), () -> stage.isAlarmOn(west));
    stage.east().heal();
    stage.mended("us-east-1 answers again");
    isFalse(stage, before);
    stage.expect(stage.pair().active() == stage.east(), "the lease was moved by a false alarm");
  }

  /** The alarm in the other direction, too soon after the switch. */
  private static void isHeldByCoolDown(Stage stage) {
    LocalRegion east = stage.east();
    int before = east.executions().size();
    stage.breaks("the health of us-west-2 fails until the alarm is on, soon after the switch");
    stage.west().cutFromPeer();
    stage.until("us-east-1 is started", stage.limit(), () -> east.executions().size() > before);
    Execution execution = east.executions().get(before);
    stage.staysWhereItIs(20, "the cool-down is not over");
    stage.expect(
        execution.currentState().equals("WaitForCoolDown"),
        "an alarm so soon after a switch must wait for the cool-down: " + execution);
    stage.west().heal();
    stage.mended("us-west-2 answers again");
    stage.until("the alarm goes off", stage.limit(), () -> !stage.isAlarmOn(east));
    stage.accepts(stage.west());
    stage.expect(stage.pair().active() == stage.west(), "the lease was moved in the cool-down");
  }
}
