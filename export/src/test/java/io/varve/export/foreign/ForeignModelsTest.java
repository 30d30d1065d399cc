package io.varve.export.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Networks that were not written here: each does what {@code docs/foreign-models.md} says. */
class ForeignModelsTest {
  /** Relative to the largest number of an output: single precision over some hundred layers. */
  private static final double TOLERANCE = 1e-5;

  private static final boolean REGENERATE = Boolean.getBoolean("varve.regenerate");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> quickModels() {
    return tests(model -> !model.slow());
  }

  @Tag("slow")
  @TestFactory
  Stream<DynamicTest> slowModels() {
    return tests(Foreign::slow);
  }

  /** None against a table that is about to be written anew. */
  private Stream<DynamicTest> tests(Predicate<Foreign> which) {
    if (REGENERATE) {
      return Stream.of();
    }
    Map<String, String> table = ForeignTable.read();
    return Catalogue.models()
        .filter(which)
        .map(
            model ->
                dynamicTest(
                    ForeignTable.key(model),
                    () ->
                        assertThat(ForeignTable.stable(attempt(model)))
                            .as("to write the table anew: -Dvarve.regenerate=true")
                            .isEqualTo(table.get(ForeignTable.key(model)))));
  }

  private Outcome attempt(Foreign model) {
    Outcome outcome = Attempt.of(model, folder);
    if (outcome instanceof Outcome.Passed passed) {
      assertThat(passed.error()).as("error").isLessThan(TOLERANCE);
    }
    return outcome;
  }

  @Test
  void theTableHasEveryModelAndNoOther() {
    assumeFalse(REGENERATE, "the table is about to be written anew");
    List<String> models = Catalogue.models().map(ForeignTable::key).toList();
    assertThat(models).doesNotHaveDuplicates();
    assertThat(ForeignTable.read().keySet()).containsExactlyInAnyOrderElementsOf(models);
  }

  @Tag("slow")
  @Test
  void writesTheTable() {
    assumeTrue(REGENERATE, "-Dvarve.regenerate=true writes the table");
    Map<Foreign, Outcome> outcomes = new LinkedHashMap<>();
    SoftAssertions meaningful = new SoftAssertions();
    Catalogue.models().forEach(m -> meaningful.check(() -> outcomes.put(m, attempt(m))));
    meaningful.assertAll();
    ForeignTable.write(outcomes);
  }
}
