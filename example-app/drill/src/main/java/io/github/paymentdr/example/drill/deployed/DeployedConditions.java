package io.github.paymentdr.example.drill.deployed;

import io.github.paymentdr.example.drill.report.Conditions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Under what conditions a drill on a deployed pair is held. */
public final class DeployedConditions {
  private DeployedConditions() {}

  /**
   * {@return the conditions}
   *
   * @param settings which pair, and how
   * @param command what repeats the drill, without secrets
   */
  public static Conditions of(DeployedSettings settings, String command) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Java", System.getProperty("java.version"));
    Map<String, String> timers = new LinkedHashMap<>();
    settings
        .budget()
        .phases()
        .forEach((phase, seconds) -> timers.put("budget for " + phase, seconds + " s"));
    return new Conditions(
        "deployed",
        1,
        settings.seed(),
        command,
        versions,
        timers,
        String.format(
            Locale.ROOT,
            "%s payments a second to %s, from callers that repeat an unanswered or refused one"
                + " with its key",
            settings.paymentsPerSecond(),
            settings.endpoint()),
        List.of(
            "everything behind " + settings.endpoint(),
            "the disaster, which was the operator's",
            "the callers: HTTP, signed, repetition by the rules of docs/client.md"),
        List.of(
            "nothing; but the books are seen by the balances of the payers alone, two writers by"
                + " the answers to the callers, and the recovery in three parts, by when the"
                + " lease was seen to change",
            "the budget is that of the templates that were synthesised here"));
  }
}
