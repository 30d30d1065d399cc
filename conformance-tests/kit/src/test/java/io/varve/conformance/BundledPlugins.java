package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.varve.conformance.Outcome.Status;
import io.varve.conformance.jars.ClassPathPlugins;
import io.varve.model.plugin.Catalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What became of the checks of some bundled plug-ins. */
record BundledPlugins(Catalog catalog, Predicate<String> kinds, List<Outcome> outcomes)
    implements AutoCloseable {
  /**
   * Runs the checks of the plug-ins whose components are of some kinds.
   *
   * @param kinds extension points, as {@code bijector}
   */
  static BundledPlugins of(Path scratch, Predicate<String> kinds) throws IOException {
    // All plug-ins of the class path but the broken ones of this module.
    List<Path> bundled =
        ClassPathPlugins.roots().stream().filter(root -> !root.endsWith("test-classes")).toList();
    Catalog catalog = Catalog.ofJars(ClassPathPlugins.jars(bundled, scratch));
    List<Outcome> outcomes = new ArrayList<>();
    for (Catalog.Plugin plugin : catalog.plugins()) {
      if (plugin.components().stream().anyMatch(each -> kinds.test(kind(each)))) {
        Kit.checks(catalog, plugin).forEach(check -> outcomes.add(check.run()));
      }
    }
    return new BundledPlugins(catalog, kinds, outcomes);
  }

  private static String kind(String component) {
    return component.substring(0, component.indexOf(' '));
  }

  Stream<DynamicTest> keepEveryRule() {
    Map<String, List<String>> breaches = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      List<String> found =
          breaches.computeIfAbsent(outcome.check().subject(), subject -> new ArrayList<>());
      if (outcome.status() == Status.FAILED) {
        found.add(outcome.check().name() + ": " + outcome.message());
      }
    }
    return breaches.entrySet().stream()
        .map(each -> dynamicTest(each.getKey(), () -> assertThat(each.getValue()).isEmpty()));
  }

  /** Compares their rows of the page with what became of them. */
  void areOnThePage() {
    List<Outcome> ofComponents =
        outcomes.stream().filter(o -> !o.check().subject().startsWith("jar ")).toList();
    List<String> table = ConformancePage.components(ofComponents).strip().lines().toList();
    if (ConformancePage.regenerates()) {
      List<String> all = new ArrayList<>(table.subList(2, table.size()));
      rows(kinds.negate()).forEach(all::add);
      ConformancePage.write(
          "bundled",
          Stream.concat(table.stream().limit(2), all.stream().sorted())
              .collect(Collectors.joining("\n")));
    }
    assertThat(rows(kinds))
        .as("to write the table anew: -Dvarve.regenerate=true")
        .containsExactlyElementsOf(table.subList(2, table.size()));
  }

  /** The rows of the page that are about some kinds, as {@code | `bijector maf` | ...}. */
  private static Stream<String> rows(Predicate<String> kinds) {
    return ConformancePage.read("bundled")
        .lines()
        .skip(2)
        .filter(row -> kinds.test(kind(row.substring("| `".length()))));
  }

  @Override
  public void close() {
    catalog.close();
  }
}
