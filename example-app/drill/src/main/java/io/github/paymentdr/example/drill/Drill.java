package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.deployed.DeployedConditions;
import io.github.paymentdr.example.drill.deployed.DeployedDrill;
import io.github.paymentdr.example.drill.deployed.DeployedException;
import io.github.paymentdr.example.drill.deployed.DeployedSettings;
import io.github.paymentdr.example.drill.deployed.Operator;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.DrillReport;
import io.github.paymentdr.example.drill.report.Verdict;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * Runs regional disasters and reports what became of the payments: on two regions on this machine,
 * or, with the URLs of a pair in AWS, of what an operator does there.
 */
public final class Drill {
  private static final int PASSED = 0;
  private static final int FAILED = 1;
  private static final int WRONG_OPTIONS = 2;

  private Drill() {}

  /**
   * Runs a drill and ends with its exit code: 0 when all that had to happen did, 1 when something
   * did not, 2 when the options are wrong.
   *
   * @param arguments the options; {@code --help} explains them
   */
  public static void main(String[] arguments) {
    Map<String, String> properties = new TreeMap<>();
    System.getProperties()
        .forEach((name, value) -> properties.put(String.valueOf(name), String.valueOf(value)));
    int code = FAILED;
    try {
      code = run(List.of(arguments), properties, System.getenv(), System.out, System.err);
    } catch (RuntimeException | Error e) {
      System.err.println("The drill broke off by a fault of its own:");
      e.printStackTrace();
    }
    // Parts of the pair leave threads that would keep the process alive.
    System.exit(code);
  }

  /** {@return the exit code} */
  static int run(
      List<String> arguments,
      Map<String, String> properties,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err) {
    DrillOptions options;
    try {
      options = DrillOptions.read(arguments, properties, environment);
    } catch (OptionsException e) {
      err.println("The drill cannot begin:");
      e.faults().forEach(fault -> err.println("  - " + fault));
      return WRONG_OPTIONS;
    }
    if (options.isHelp() || options.isList()) {
      out.print(options.isHelp() ? DrillOptions.help() : DrillOptions.list());
      return PASSED;
    }
    try {
      DrillReport report = report(options, environment, out);
      Path page = Reports.write(report, options.report());
      return conclude(options, report, page, out);
    } catch (DeployedException e) {
      err.println("The drill broke off:");
      e.faults().forEach(fault -> err.println("  - " + fault));
      return FAILED;
    } catch (IOException e) {
      err.println("The report could not be written: " + e.getMessage());
      return FAILED;
    }
  }

  private static DrillReport report(
      DrillOptions options, Map<String, String> environment, PrintStream out)
      throws DeployedException {
    Optional<DrillOptions.Deployed> deployed = options.deployed();
    return deployed.isPresent()
        ? deployed(options, deployed.get(), out)
        : new DrillRun(options, environment, out).run();
  }

  private static DrillReport deployed(
      DrillOptions options, DrillOptions.Deployed pair, PrintStream out) throws DeployedException {
    DeployedSettings settings =
        new DeployedSettings(
            pair.primary(),
            pair.standby(),
            pair.endpoint(),
            pair.callerKeyId(),
            pair.callerSecret(),
            pair.controlTable(),
            options.rate(),
            options.seed(),
            Timers.budget(),
            DeployedSettings.Waits.production(),
            options.report());
    Instant start = Instant.now();
    try (DefaultCredentialsProvider credentials = DefaultCredentialsProvider.builder().build()) {
      DisasterReport report =
          DeployedDrill.hold(settings, Operator.at(System.in, out), credentials);
      return Reports.of(
          start,
          Instant.now(),
          List.of(report),
          settings.budget().objectiveSeconds(),
          DeployedConditions.of(settings, options.deployedCommand()));
    }
  }

  static int conclude(DrillOptions options, DrillReport report, Path page, PrintStream out) {
    boolean isPassed = report.summary().verdict() == Verdict.PASSED;
    out.println();
    Texts.summary(report).forEach(out::println);
    if (!isPassed) {
      List<String> failed =
          report.disasters().stream()
              .filter(one -> one.verdict() == Verdict.FAILED)
              .map(one -> one.name())
              .toList();
      out.println();
      out.println("Failed: " + String.join(", ", failed));
      String again =
          options.deployed().isPresent() ? options.deployedCommand() : options.command(failed);
      out.println("Seed: " + options.seed() + ". Again: " + again);
      out.println("Evidence: " + options.report().resolve("evidence").toAbsolutePath().normalize());
    }
    out.println("Report: " + page.toAbsolutePath().normalize());
    out.flush();
    return isPassed ? PASSED : FAILED;
  }
}
