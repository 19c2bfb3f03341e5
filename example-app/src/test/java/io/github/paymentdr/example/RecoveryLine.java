package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a summary says of how long a recovery takes. */
final class RecoveryLine {
  private static final Pattern PHASE = Pattern.compile("(\\w+) (\\d+) s(?:, |$)");

  private final String summary;

  private RecoveryLine(String summary) {
    this.summary = summary;
  }

  /** Its lines are as long as the screen is wide. */
  static RecoveryLine in(String summary) {
    return new RecoveryLine(summary.replaceAll("\\n {4}", " "));
  }

  /** {@return the seconds of all phases, which the line must have and add up} */
  int secondsOf(String stacks) {
    Matcher line =
        Pattern.compile(
                "(?m)^ {2}recovery by " + stacks + " takes at most (\\d+) s of 300 s: (.+)$")
            .matcher(summary);
    assertThat(line.find()).as(summary).isTrue();
    List<String> names = new ArrayList<>();
    int sum = 0;
    Matcher phase = PHASE.matcher(line.group(2));
    while (phase.find()) {
      names.add(phase.group(1));
      sum += Integer.parseInt(phase.group(2));
    }
    assertThat(names)
        .containsExactly(
            "detection",
            "alarm",
            "decision",
            "lease",
            "fencing",
            "promotion",
            "replay",
            "opening",
            "reconnect");
    assertThat(sum).isEqualTo(Integer.parseInt(line.group(1)));
    return sum;
  }
}
