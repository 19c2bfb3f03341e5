package io.github.paymentdr.example.drill.deployed;

import java.util.ArrayList;
import java.util.List;

/**
 * What an operator can do to a pair in AWS. The drill does none of it: it holds the rights to look
 * and to pay, and a disaster is a decision of people.
 */
final class OperatorCommands {
  private static final String TEMPLATES =
      "example-app/drill/src/main/resources/io/github/paymentdr/example/drill/deployed/";

  private final String active;
  private final String other;
  private final List<String> lines = new ArrayList<>();

  private OperatorCommands(String active, String other) {
    this.active = active;
    this.other = other;
  }

  /** {@return the commands, for a pair with this region active} */
  static List<String> of(String active, String other) {
    OperatorCommands commands = new OperatorCommands(active, other);
    commands.add();
    return commands.lines;
  }

  private void add() {
    lines.add("This drill starts no disaster. You do, in " + active + ", with one of these:");
    lines.add("");
    lines.add("  export STACK=...            # the stack of " + active);
    lines.add("  export FIS_ROLE_ARN=...     # a role that AWS FIS may use; see docs/drill.md");
    lines.add("  output() { aws cloudformation describe-stacks --region " + active + " \\");
    lines.add("    --stack-name $STACK --output text \\");
    lines.add("    --query \"Stacks[0].Outputs[?OutputKey=='$1'].OutputValue\"; }");
    title("region-killed", "the payment function of the region does not run any more");
    lines.add("  # FUNCTION is the function behind the output FunctionUrl");
    lines.add(
        "  aws lambda put-function-concurrency --region "
            + active
            + " --function-name $FUNCTION --reserved-concurrent-executions 0");
    lines.add("  # back: the same with the number that it had before");
    fis(
        "region-killed",
        "or with AWS FIS: the functions of the region reach neither database nor table",
        "fis-region-cut-off.json",
        "");
    title("database-killed", "the database of the region stops");
    lines.add(
        "  aws rds stop-db-cluster --region "
            + active
            + " --db-cluster-identifier $(output AuroraClusterIdentifier)");
    lines.add(
        "  # back: start-db-cluster; not for a global database, where AWS refuses to stop it");
    fis(
        "regions-disconnected",
        "with AWS FIS: the region's network does not reach the other one",
        "fis-regions-disconnected.json",
        " -e s/OTHER_REGION/" + other + "/");
    title("two-failovers-at-once", "both regions are started at the same moment");
    lines.add("  # MACHINE_... are the outputs FailoverStateMachine of the two stacks");
    start(active, "$MACHINE_ACTIVE", "unplanned", " &");
    start(other, "$MACHINE_OTHER", "unplanned", "");
    title("failover-crash", "a takeover is stopped in the middle, and started again");
    start(other, "$MACHINE_OTHER", "unplanned", "");
    lines.add(
        "  aws stepfunctions stop-execution --region " + other + " --execution-arn $EXECUTION");
    start(other, "$MACHINE_OTHER", "unplanned", "");
    title("a rehearsal", "a planned switch, which loses no time to detection");
    start(other, "$MACHINE_OTHER", "planned", "");
    lines.add("");
    lines.add("What AWS has no lever for is only on the local pair: region-frozen, clocks-wrong,");
    lines.add("disk-full and most of region-slow.");
  }

  private void title(String name, String what) {
    lines.add("");
    lines.add("  # " + name + ": " + what);
  }

  private void start(String region, String machine, String mode, String end) {
    lines.add(
        "  aws stepfunctions start-execution --region "
            + region
            + " --state-machine-arn "
            + machine
            + " --input '{\"mode\":\""
            + mode
            + "\"}'"
            + end);
  }

  private void fis(String name, String what, String template, String more) {
    title(name, what);
    lines.add("  sed -e s#ROLE_ARN#$FIS_ROLE_ARN# -e s/VPC_ID/$(output VpcId)/" + more + " \\");
    lines.add("    " + TEMPLATES + template + " > experiment.json");
    lines.add(
        "  aws fis start-experiment --region "
            + active
            + " --experiment-template-id $(aws fis create-experiment-template \\");
    lines.add(
        "    --region "
            + active
            + " --cli-input-json file://experiment.json --query experimentTemplate.id"
            + " --output text)");
    lines.add("  # back by itself after 10 minutes, or aws fis stop-experiment");
  }
}
