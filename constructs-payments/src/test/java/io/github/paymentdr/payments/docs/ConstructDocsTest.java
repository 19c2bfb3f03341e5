package io.github.paymentdr.payments.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.conformance.PublicApi;
import io.github.paymentdr.payments.docs.DocTable.Property;
import io.github.paymentdr.payments.docs.PropsSource.Setter;
import io.github.paymentdr.payments.testing.MinimalProps;
import io.github.paymentdr.payments.testing.Synthesis;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;

@DisplayName("the page of each construct says what the code does")
class ConstructDocsTest {
  private static final Path PAGES = Path.of("..", "docs", "constructs");
  private static final Pattern REQUIRED = Pattern.compile("^(\\w+) is required\\b");
  private static final Supplier<Stack> STACK = Suppliers.memoize(Synthesis::primaryStack);

  static Stream<Class<?>> props() {
    return PublicApi.propsOfConstructs().stream();
  }

  @ParameterizedTest
  @MethodSource("props")
  void tableIsThatOfTheCode(Class<?> props) throws IOException {
    Path page = PAGES.resolve(constructName(props) + ".md");
    assertThat(page).as("the page of %s", constructName(props)).exists();
    assertThat(DocTable.parse(Files.readString(page, UTF_8)).faults(propertiesOf(props)))
        .as(page.toString())
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("props")
  void pageBeginsWithTheNameAndHasAnExample(Class<?> props) throws IOException {
    String page = Files.readString(PAGES.resolve(constructName(props) + ".md"), UTF_8);
    assertThat(page).startsWith("# " + constructName(props) + "\n").contains("```java\n");
  }

  @ParameterizedTest
  @MethodSource("props")
  void pageHasTheSectionsOfAllPages(Class<?> props) throws IOException {
    String page = Files.readString(PAGES.resolve(constructName(props) + ".md"), UTF_8);
    assertThat(page.lines().filter(line -> line.startsWith("## ")))
        .startsWith("## Properties")
        .endsWith("## What you get", "## In each role", "## Costs and limits");
  }

  @ParameterizedTest
  @MethodSource("props")
  void settersSayTheirDefault(Class<?> props) {
    Set<String> required = requiredOf(props);
    assertThat(PropsSource.settersOf(props))
        .allSatisfy(
            setter ->
                assertThat(setter)
                    .as("Javadoc of %s: 'Required.' or 'Default: ...'", setter.name())
                    .matches(
                        said ->
                            required.contains(said.name())
                                ? said.saysThatItIsRequired()
                                : said.saysItsDefault()));
  }

  @ParameterizedTest
  @MethodSource("props")
  void sourceHasTheSettersOfTheClass(Class<?> props) {
    assertThat(PropsSource.settersOf(props))
        .extracting(Setter::name)
        .containsExactlyInAnyOrderElementsOf(PublicApi.propertiesOf(props));
  }

  @Test
  void everyPageIsOfAConstruct() throws IOException {
    Set<String> constructs =
        props().map(ConstructDocsTest::constructName).collect(Collectors.toSet());
    try (Stream<Path> pages = Files.list(PAGES)) {
      assertThat(pages.map(page -> page.getFileName().toString()).filter(ConstructDocsTest::isPage))
          .allMatch(name -> constructs.contains(name.replace(".md", "")));
    }
  }

  @Test
  void everyConstructHasMinimalProps() {
    assertThat(MinimalProps.types()).containsExactlyInAnyOrderElementsOf(props().toList());
  }

  @Nested
  class CanFail {
    private static final ImmutableList<Property> PROPERTIES =
        ImmutableList.of(
            Property.required("pair"),
            Property.optional("count", "3"),
            Property.optional("vpc", null));

    private static final String PAIR = "| `pair` | required | a pair | says the regions |";
    private static final String COUNT = "| `count` | `3` | 1 to 3 | says how many |";
    private static final String VPC = "| `vpc` | a new one | any | takes another |";

    @Test
    void passesWhatIsRight() {
      assertThat(faultsOf("| `pair` | required | a | b |", COUNT, VPC)).isEmpty();
      assertThat(faultsOf("| `pair` | required | a \\| b | c |", COUNT, VPC)).isEmpty();
    }

    @Test
    void onAMissingTable() {
      assertThat(DocTable.parse("# DrNetwork").faults(PROPERTIES))
          .containsExactly(
              "the page must have exactly one table with the header | Property | Default | Allowed"
                  + " | What it does |");
    }

    @Test
    void onATableWithoutRuler() {
      assertThat(DocTable.parse(DocTable.HEADER + "\n" + PAIR).faults(PROPERTIES))
          .containsExactly("the header must be followed by | --- | --- | --- | --- |");
    }

    @Test
    void onAMissingAndAnUnknownRow() {
      assertThat(faultsOf(PAIR, VPC, "| `size` | `3` | 1 to 3 | says how big |"))
          .containsExactly("the property count has no row", "the row size is of no property");
    }

    @Test
    void onTheSameRowTwiceAndOnAnotherOrder() {
      String fault = "the rows must be those of the setters in their order, [pair, count, vpc]";
      assertThat(faultsOf(PAIR, COUNT, VPC, VPC)).containsExactly(fault);
      assertThat(faultsOf(PAIR, VPC, COUNT)).containsExactly(fault);
    }

    @Test
    void onAnotherDefault() {
      assertThat(
              faultsOf(
                  "| `pair` | `required` | a | b |",
                  "| `count` | `2` | a | b |",
                  "| `vpc` | `none` | a | b |"))
          .containsExactly(
              "pair: the default must be the word required, without backticks, the page says"
                  + " `required`",
              "count: the default must be `3`, the page says `2`",
              "vpc: the default must be plain words without backticks, as the getter returns null,"
                  + " the page says `none`");
    }

    @Test
    void onARowOfAnotherForm() {
      assertThat(faultsOf(PAIR, "| count | `3` | a | b |", VPC))
          .containsExactly(
              "a row must be | `property` | default | allowed | effect |, got | count | `3` | a | b"
                  + " |");
      assertThat(faultsOf(PAIR, "| `count` | `3` |  | b |", VPC))
          .containsExactly("count: no cell may be empty");
    }

    @Test
    void onMissingMinimalProps() {
      assertThatThrownBy(() -> MinimalProps.of(String.class, null))
          .hasMessage(
              "MinimalProps has no entry for String; add .put(String.class, stack ->"
                  + " String.builder()...build()) with what is required and nothing else");
    }

    @Test
    void onASetterThatDoesNotSayItsDefault() {
      List<Setter> setters =
          PropsSource.settersIn(
              """
              /**
               * Sets the pair. Required.
               */
              public B pair(RegionPair pair) {
              /** Sets the count. Default:
               * three. */
              @Deprecated
              public B count(Number count) {
              /** Sets the vpc. */
              public B vpc(IVpc vpc) {
              public B bare(String bare) {
              """);
      assertThat(setters).extracting(Setter::name).containsExactly("pair", "count", "vpc", "bare");
      assertThat(setters)
          .extracting(Setter::saysThatItIsRequired)
          .containsExactly(true, false, false, false);
      assertThat(setters)
          .extracting(Setter::saysItsDefault)
          .containsExactly(false, true, false, false);
    }

    private static List<String> faultsOf(String... rows) {
      return DocTable.parse(
              "# Page\n\n"
                  + DocTable.HEADER
                  + "\n| --- | --- | --- | --- |\n"
                  + String.join("\n", rows)
                  + "\n\nMore.\n")
          .faults(PROPERTIES);
    }
  }

  @Nested
  class DefaultsAreWritten {
    @Test
    void asPeopleReadThem() {
      assertThat(DefaultText.of(null)).isNull();
      assertThat(DefaultText.of(3)).isEqualTo("3");
      assertThat(DefaultText.of(80.0)).isEqualTo("80");
      assertThat(DefaultText.of(0.25)).isEqualTo("0.25");
      assertThat(DefaultText.of(100)).isEqualTo("100");
      assertThat(DefaultText.of(true)).isEqualTo("true");
      assertThat(DefaultText.of("")).isEqualTo("\"\"");
      assertThat(DefaultText.of(RemovalPolicy.RETAIN)).isEqualTo("RETAIN");
      assertThat(DefaultText.of(List.of("a", 1))).isEqualTo("[a, 1]");
      assertThat(DefaultText.of(Synthesis.PAIR)).isEqualTo("us-east-1/us-west-2");
    }

    @Test
    void ofTheCdkByTheirNames() {
      assertThat(DefaultText.of(Duration.days(7))).isEqualTo("7 days");
      assertThat(DefaultText.of(new InstanceType("t3.medium"))).isEqualTo("t3.medium");
      assertThat(DefaultText.of(Runtime.JAVA_21)).isEqualTo("java21");
      assertThat(DefaultText.of(Architecture.ARM_64)).isEqualTo("arm64");
      assertThat(DefaultText.of(AuroraPostgresEngineVersion.VER_15_12)).isEqualTo("15.12");
    }

    @Test
    void orNotAtAll() {
      assertThatThrownBy(() -> DefaultText.of(Code.fromInline("code")))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("DefaultText does not know how a page writes a")
          .hasMessageContaining("Code");
    }
  }

  private static List<Property> propertiesOf(Class<?> props) {
    Set<String> required = requiredOf(props);
    Object minimal = MinimalProps.of(props, STACK.get());
    return PropsSource.settersOf(props).stream()
        .map(Setter::name)
        .map(
            name ->
                required.contains(name)
                    ? Property.required(name)
                    : Property.optional(name, DefaultText.of(PublicApi.valueOf(minimal, name))))
        .toList();
  }

  /** What an empty builder asks for. */
  private static Set<String> requiredOf(Class<?> props) {
    try {
      Object builder = props.getMethod("builder").invoke(null);
      builder.getClass().getMethod("build").invoke(builder);
      return Set.of();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidInputException invalid) {
        return invalid.getFaults().stream()
            .map(REQUIRED::matcher)
            .filter(Matcher::find)
            .map(matcher -> matcher.group(1))
            .collect(Collectors.toSet());
      }
      throw new AssertionError(props + ".builder().build() must name what is required", e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static String constructName(Class<?> props) {
    return props.getSimpleName().replaceFirst("Props$", "");
  }

  private static boolean isPage(String name) {
    return name.endsWith(".md") && !name.equals("README.md");
  }
}
