package io.github.paymentdr.payments.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.github.paymentdr.payments.conformance.wrongcode.core.KnowsPayments;
import io.github.paymentdr.payments.conformance.wrongcode.payments.one.One;
import io.github.paymentdr.payments.conformance.wrongcode.payments.two.Two;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("S3: the modules depend in one direction, and synthesis is deterministic")
class ArchitectureTest {
  private static final String ROOT = "io.github.paymentdr";
  private static final String WRONG = "io.github.paymentdr.payments.conformance.wrongcode";

  @Nested
  class Holds {
    @Test
    void coreKnowsNothingOfPayments() {
      ArchitectureRules.coreKnowsNothingOfPayments(ROOT).check(MainCode.CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
      ArchitectureRules.noCycles(ROOT).check(MainCode.CLASSES);
    }

    @Test
    void nothingReadsAClockOrDrawsLots() {
      ArchitectureRules.noClockAndNoChance().check(MainCode.CLASSES);
    }

    @Test
    void nothingDependsOnTheDefaultLocale() {
      ArchitectureRules.noDefaultLocale().check(MainCode.CLASSES);
      assertThat(SourceRules.librarySources())
          .as("formats of digits or dates; write %s, or pass Locale.ROOT")
          .isNotEmpty()
          .filteredOn(file -> SourceRules.formatsByLocale(SourceRules.read(file)))
          .isEmpty();
    }

    @Test
    void nothingHasAnOrderOfChance() {
      ArchitectureRules.noRandomOrder().check(MainCode.CLASSES);
    }

    @Test
    void nothingPrints() {
      ArchitectureRules.noStandardStreams().check(MainCode.CLASSES);
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
      assertThat(SourceRules.librarySources())
          .filteredOn(file -> file.endsWith("package-info.java"))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(SourceRules.read(file)).startsWith("/**"));
    }

    @ParameterizedTest
    @MethodSource("io.github.paymentdr.payments.conformance.SourceRules#lambdaModules")
    void lambdaCodeKnowsNothingOfTheCdk(Path module) {
      assertThat(SourceRules.sourcesOf(module))
          .isNotEmpty()
          .filteredOn(file -> SourceRules.mentionsTheCdk(SourceRules.read(file)))
          .isEmpty();
    }
  }

  @Nested
  class CanFail {
    @Test
    void onCoreThatKnowsPayments() {
      assertThat(
              faults(
                  ArchitectureRules.coreKnowsNothingOfPayments(WRONG),
                  KnowsPayments.class,
                  One.class))
          .singleElement()
          .asString()
          .contains("KnowsPayments", "One");
    }

    @Test
    void onCycles() {
      assertThat(faults(ArchitectureRules.noCycles(WRONG), One.class, Two.class))
          .singleElement()
          .asString()
          .contains("payments.one", "payments.two");
    }

    @Test
    void onClocksAndChance() {
      assertThat(faults(ArchitectureRules.noClockAndNoChance(), WrongCode.ClocksAndChance.class))
          .hasSize(WrongCode.ClocksAndChance.FAULTS);
    }

    @Test
    void onTheDefaultLocale() {
      assertThat(faults(ArchitectureRules.noDefaultLocale(), WrongCode.DefaultLocale.class))
          .hasSize(WrongCode.DefaultLocale.FAULTS);
    }

    @Test
    void onCollectionsWithoutAnOrder() {
      assertThat(faults(ArchitectureRules.noRandomOrder(), WrongCode.NoOrder.class))
          .hasSize(WrongCode.NoOrder.FAULTS);
    }

    @Test
    void onPrinting() {
      assertThat(faults(ArchitectureRules.noStandardStreams(), WrongCode.Prints.class)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
      "'String.format(\"at most %d\", 1)', true",
      "'\"%,.2f\".formatted(1.5)', true",
      "'String.format(Locale.ROOT, \"at most %d\", 1)', false",
      "'String.format(Locale.ROOT, \"at most\" + \" %d\", 1)', false",
      "'String.format(\"at most %s\", 1)', false",
      "'String.format(\"100 %%d\")', false",
    })
    void onFormatsOfDigits(String source, boolean isFault) {
      assertThat(SourceRules.formatsByLocale(source)).isEqualTo(isFault);
    }

    @Test
    void onFormatsOfDigitsAfterAnotherStatement() {
      assertThat(SourceRules.formatsByLocale("use(Locale.ROOT);\nString.format(\"%d\", 1)"))
          .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "import software.amazon.awscdk.Stack;",
          "import software.constructs.Construct;",
          "<artifactId>aws-cdk-lib</artifactId>",
        })
    void onLambdaCodeThatKnowsTheCdk(String source) {
      assertThat(SourceRules.mentionsTheCdk(source)).isTrue();
    }

    private static List<String> faults(ArchRule rule, Class<?>... classes) {
      JavaClasses imported = new ClassFileImporter().importClasses(classes);
      return rule.evaluate(imported).getFailureReport().getDetails();
    }
  }
}
