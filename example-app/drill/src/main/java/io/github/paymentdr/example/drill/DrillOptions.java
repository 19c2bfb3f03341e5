package io.github.paymentdr.example.drill;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.example.drill.disaster.Catalogue;
import io.github.paymentdr.example.drill.disaster.Disaster;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a drill is started with. An option is given as {@code --name value} or {@code --name=value},
 * or as the system property {@code drill.name}; the former wins. A blank one is none.
 */
final class DrillOptions {
  /** Where the build puts what it makes, seen from the module that the drill runs in. */
  private static final String REPORT = "../target/drill";

  /** The caller's secret is no option, because whoever lists processes sees options. */
  private static final String SECRET = "DRILL_CALLER_SECRET";

  private static final int MOST_SPEED = 20;
  private static final int MOST_LANES = 8;
  private static final int USUAL_LANES = 4;
  private static final int MOST_RATE = 500;

  /** An option, and what it is for. */
  private enum Option {
    DISASTERS("names or their beginnings, with commas; all when none is given"),
    SPEED("how many times faster than in production timers run, 1 to 20; 1"),
    SEED("what all random choices are made from; a random one, which is printed"),
    LANES("how many pairs of regions run side by side, 1 to 8; one more than cores, at most 4"),
    RATE("payments a second on each pair, 1 to 500; 10"),
    REPORT("the folder of the report; " + DrillOptions.REPORT),
    LIST("prints the disasters and what must happen in each, and ends"),
    HELP("prints this, and ends"),
    PRIMARY_URL("AWS: the Function URL of the primary region"),
    STANDBY_URL("AWS: the Function URL of the other region"),
    ENDPOINT("AWS: the URL that callers use"),
    CALLER_KEY_ID("AWS: the name of the callers' key at the endpoint; its secret is in " + SECRET),
    CONTROL_TABLE("AWS: the control table, to tell who had the lease when");

    private final String meaning;

    Option(String meaning) {
      this.meaning = meaning;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String flag() {
      return "--" + text();
    }

    boolean isSwitch() {
      return this == HELP || this == LIST;
    }

    boolean isDeployed() {
      return compareTo(PRIMARY_URL) >= 0;
    }

    static Optional<Option> of(String name) {
      return Arrays.stream(values()).filter(one -> one.text().equals(name)).findFirst();
    }
  }

  /**
   * A pair in AWS.
   *
   * @param primary the Function URL of the primary region
   * @param standby the Function URL of the other region
   * @param endpoint the URL that callers use
   * @param callerKeyId the name of the callers' key, or an empty text
   * @param callerSecret its secret, or an empty text
   * @param controlTable the control table, or an empty text
   */
  record Deployed(
      URI primary,
      URI standby,
      URI endpoint,
      String callerKeyId,
      String callerSecret,
      String controlTable) {}

  private final Map<Option, String> given;
  private final List<Disaster> disasters;
  private final double speed;
  private final long seed;
  private final int lanes;
  private final int rate;
  private final Path report;
  private final @Nullable Deployed deployed;

  private DrillOptions(Reader reader) {
    given = reader.given;
    boolean isDeployed = given.keySet().stream().anyMatch(Option::isDeployed);
    if (isDeployed) {
      reader.refuseLocal();
    }
    deployed = isDeployed ? reader.deployed() : null;
    disasters = isDeployed ? List.of() : reader.disasters();
    speed = isDeployed ? 1 : reader.number(Option.SPEED, 1, MOST_SPEED, 1);
    seed = reader.seed();
    lanes = isDeployed ? 1 : (int) reader.wholeNumber(Option.LANES, 1, MOST_LANES, usualLanes());
    rate = (int) reader.wholeNumber(Option.RATE, 1, MOST_RATE, 10);
    report = reader.path();
  }

  /**
   * Reads options.
   *
   * @param arguments the command line
   * @param properties the system properties
   * @param environment the environment
   * @throws OptionsException if anything is wrong; it names all that is
   */
  static DrillOptions read(
      List<String> arguments, Map<String, String> properties, Map<String, String> environment)
      throws OptionsException {
    Reader reader = new Reader(arguments, properties, environment);
    DrillOptions options = new DrillOptions(reader);
    if (!reader.faults.isEmpty() && !options.isHelp()) {
      throw new OptionsException(reader.faults);
    }
    return options;
  }

  boolean isHelp() {
    return given.containsKey(Option.HELP);
  }

  boolean isList() {
    return given.containsKey(Option.LIST);
  }

  /** {@return the pair in AWS, or nothing for two regions on this machine} */
  Optional<Deployed> deployed() {
    return Optional.ofNullable(deployed);
  }

  List<Disaster> disasters() {
    return disasters;
  }

  double speed() {
    return speed;
  }

  long seed() {
    return seed;
  }

  int lanes() {
    return lanes;
  }

  /** More than a machine bears, and regions that are well are slow to say so. */
  private static int usualLanes() {
    return Math.min(USUAL_LANES, Runtime.getRuntime().availableProcessors() + 1);
  }

  /** {@return payments a second} */
  int rate() {
    return rate;
  }

  Path report() {
    return report;
  }

  /** {@return the seed of a disaster's own choices: the same, whatever runs beside it} */
  long seedOf(Disaster disaster) {
    return seed * 31 + disaster.name().hashCode();
  }

  /** {@return the command that repeats some disasters with the same choices} */
  String command(List<String> names) {
    StringBuilder text = new StringBuilder("mvn -B -q -DskipTests -Pdrill");
    if (!names.isEmpty()) {
      text.append(" -Ddrill.disasters=").append(String.join(",", names));
    }
    if (speed != 1) {
      text.append(" -Ddrill.speed=").append(speedText());
    }
    if (given.containsKey(Option.RATE)) {
      text.append(" -Ddrill.rate=").append(rate);
    }
    return text.append(" -Ddrill.seed=").append(seed).append(" verify").toString();
  }

  /** {@return the command that repeats a drill on a pair in AWS; the secret is not in it} */
  String deployedCommand() {
    StringBuilder text = new StringBuilder("mvn -B -q -DskipTests -Pdrill");
    given.forEach(
        (option, value) -> {
          if (option.isDeployed() || option == Option.RATE) {
            text.append(" -Ddrill.").append(option.text()).append('=').append(value);
          }
        });
    return text.append(" -Ddrill.seed=").append(seed).append(" verify").toString();
  }

  /** {@return the speed as people write it} */
  String speedText() {
    return speed == Math.rint(speed) ? String.valueOf((long) speed) : String.valueOf(speed);
  }

  /** {@return what {@code --help} prints} */
  static String help() {
    StringBuilder text =
        new StringBuilder(
            """
            Runs regional disasters on two regions on this machine, or measures one that you bring
            about in AWS, and writes a report.

              mvn -B -q -DskipTests -Pdrill verify
              mvn -B -q -DskipTests -Pdrill -Ddrill.speed=10 -Ddrill.disasters=region-killed verify

            Options, here as --name value, with Maven as -Ddrill.name=value:

            """);
    for (Option option : Option.values()) {
      text.append(String.format("  %-16s %s%n", option.flag(), option.meaning));
    }
    return text.append(
            """

            The exit code is 0 when all that had to happen did, 1 when something did not, and 2
            when the options are wrong. A pair in AWS is never broken by this program.
            """)
        .toString();
  }

  /** {@return what {@code --list} prints} */
  static String list() {
    StringBuilder text = new StringBuilder();
    for (Disaster disaster : Catalogue.disasters()) {
      text.append(disaster.name())
          .append(System.lineSeparator())
          .append("    ")
          .append(disaster.expectation())
          .append(System.lineSeparator());
    }
    return text.toString();
  }

  /** Collects what is given, and what is wrong with it. */
  private static final class Reader {
    final Map<Option, String> given = new LinkedHashMap<>();
    final List<String> faults = new ArrayList<>();
    private final Map<String, String> environment;

    Reader(
        List<String> arguments, Map<String, String> properties, Map<String, String> environment) {
      this.environment = environment;
      properties.forEach(
          (name, value) -> {
            if (name.startsWith("drill.") && !value.isBlank()) {
              take(name.substring("drill.".length()), value.strip(), "-D" + name);
            }
          });
      for (int i = 0; i < arguments.size(); i++) {
        i += argument(arguments, i);
      }
    }

    /** {@return how many further arguments it takes} */
    private int argument(List<String> arguments, int index) {
      String text = arguments.get(index);
      if (!text.startsWith("--")) {
        faults.add("'" + text + "' is no option: they begin with --; --help lists them");
        return 0;
      }
      int equals = text.indexOf('=');
      String name = text.substring(2, equals < 0 ? text.length() : equals);
      Optional<Option> option = Option.of(name);
      if (equals >= 0 || option.filter(one -> !one.isSwitch()).isEmpty()) {
        take(name, equals < 0 ? "" : text.substring(equals + 1).strip(), text);
        return 0;
      }
      if (index + 1 == arguments.size() || arguments.get(index + 1).startsWith("--")) {
        faults.add(text + " needs a value: " + option.get().meaning);
        return 0;
      }
      take(name, arguments.get(index + 1).strip(), text);
      return 1;
    }

    private void take(String name, String value, String asGiven) {
      Optional<Option> option = Option.of(name);
      if (option.isEmpty()) {
        faults.add(asGiven + " is not known; --help lists the options");
      } else if (option.get().isSwitch() ? !value.equals("false") : !value.isEmpty()) {
        given.put(option.get(), value);
      }
    }

    void refuseLocal() {
      for (Option option : List.of(Option.DISASTERS, Option.SPEED, Option.LANES)) {
        if (given.containsKey(option)) {
          faults.add(
              option == Option.DISASTERS
                  ? "--disasters is for the pair on this machine: a pair in AWS is never broken by"
                      + " this program, you do that and it measures; leave the option out"
                  : option.flag()
                      + " is for the pair on this machine; a pair in AWS has its own, so leave the"
                      + " option out");
        }
      }
    }

    List<Disaster> disasters() {
      String names = given.get(Option.DISASTERS);
      if (names == null) {
        return Catalogue.disasters();
      }
      List<String> asked =
          Arrays.stream(names.split(",", -1)).map(String::strip).filter(s -> !s.isEmpty()).toList();
      if (asked.isEmpty()) {
        faults.add("--disasters must name at least one, got '" + names + "'; leave it out for all");
      }
      for (String name : asked) {
        if (Catalogue.named(name).isEmpty()) {
          faults.add(
              "no disaster is called '"
                  + name
                  + "' or begins so; there are "
                  + Catalogue.disasters().stream().map(Disaster::name).collect(joining(", ")));
        }
      }
      return Catalogue.named(asked);
    }

    double number(Option option, double least, double most, double otherwise) {
      String text = given.get(option);
      if (text == null) {
        return otherwise;
      }
      try {
        double value = Double.parseDouble(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      faults.add(
          String.format(
              Locale.ROOT,
              "%s must be a number from %.0f to %.0f, got '%s'",
              option.flag(),
              least,
              most,
              text));
      return otherwise;
    }

    long wholeNumber(Option option, long least, long most, long otherwise) {
      String text = given.get(option);
      if (text == null) {
        return otherwise;
      }
      try {
        long value = Long.parseLong(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      faults.add(
          option.flag()
              + " must be a whole number from "
              + least
              + " to "
              + most
              + ", got '"
              + text
              + "'");
      return otherwise;
    }

    /** Short enough to be typed. */
    long seed() {
      return wholeNumber(
          Option.SEED,
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          ThreadLocalRandom.current().nextLong(1, 1_000_000));
    }

    Path path() {
      String text = given.getOrDefault(Option.REPORT, DrillOptions.REPORT);
      try {
        return Path.of(text);
      } catch (InvalidPathException e) {
        faults.add("--report must be a folder, got '" + text + "': " + e.getReason());
        return Path.of(DrillOptions.REPORT);
      }
    }

    Deployed deployed() {
      return new Deployed(
          url(Option.PRIMARY_URL),
          url(Option.STANDBY_URL),
          url(Option.ENDPOINT),
          given.getOrDefault(Option.CALLER_KEY_ID, ""),
          secret(),
          given.getOrDefault(Option.CONTROL_TABLE, ""));
    }

    /** Plain HTTP is for a pair on this machine, which tests this. */
    private URI url(Option option) {
      String text = given.get(option);
      if (text == null) {
        faults.add(option.flag() + " is missing: " + option.meaning);
        return URI.create("https://missing.invalid/");
      }
      try {
        URI url = new URI(text.endsWith("/") ? text : text + "/");
        boolean isLocal = "127.0.0.1".equals(url.getHost()) || "localhost".equals(url.getHost());
        if (url.getHost() != null
            && ("https".equals(url.getScheme()) || (isLocal && "http".equals(url.getScheme())))) {
          return url;
        }
      } catch (URISyntaxException e) {
        // Said below.
      }
      faults.add(option.flag() + " must be a URL that begins with https://, got '" + text + "'");
      return URI.create("https://wrong.invalid/");
    }

    private String secret() {
      String secret = environment.getOrDefault(SECRET, "");
      boolean hasKey = given.containsKey(Option.CALLER_KEY_ID);
      if (hasKey && secret.isBlank()) {
        faults.add(
            "--caller-key-id needs the secret of that key in the environment variable " + SECRET);
      }
      if (!hasKey && !secret.isBlank()) {
        faults.add(SECRET + " is set and --caller-key-id, which names the key, is missing");
      }
      return secret;
    }
  }
}
