package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.varve.conformance.Outcome.Status;
import io.varve.model.plugin.Catalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every bundled component keeps every rule, and {@code docs/conformance.md} says so. */
class BundledPluginsTest {
  private static final List<Outcome> OUTCOMES = new ArrayList<>();

  @TempDir private static Path scratch;
  private static Catalog catalog;

  @BeforeAll
  static void run() throws IOException {
    catalog = Catalog.ofJars(PluginPath.jars(bundled(), scratch));
    for (Catalog.Plugin plugin : catalog.plugins()) {
      Kit.checks(catalog, plugin).forEach(check -> OUTCOMES.add(check.run()));
    }
  }

  /** All plug-ins of the class path but the broken ones of this module. */
  private static List<Path> bundled() throws IOException {
    return PluginPath.roots().stream().filter(root -> !root.endsWith("test-classes")).toList();
  }

  @AfterAll
  static void close() {
    catalog.close();
  }

  @TestFactory
  Stream<DynamicTest> keepsEveryRule() {
    Map<String, List<String>> breaches = new LinkedHashMap<>();
    for (Outcome outcome : OUTCOMES) {
      List<String> found =
          breaches.computeIfAbsent(outcome.check().subject(), subject -> new ArrayList<>());
      if (outcome.status() == Status.FAILED) {
        found.add(outcome.check().name() + ": " + outcome.message());
      }
    }
    return breaches.entrySet().stream()
        .map(each -> dynamicTest(each.getKey(), () -> assertThat(each.getValue()).isEmpty()));
  }

  @Test
  void everyBundledJarIsLoaded() throws IOException {
    assertThat(catalog.leftOut()).isEmpty();
    assertThat(catalog.plugins()).hasSize(7);
  }

  @Test
  void thePageHasTheTable() {
    List<Outcome> ofComponents =
        OUTCOMES.stream().filter(o -> !o.check().subject().startsWith("jar ")).toList();
    String table = ConformancePage.components(ofComponents);
    if (ConformancePage.regenerates()) {
      ConformancePage.write("bundled", table);
    }
    assertThat(ConformancePage.read("bundled"))
        .as("to write the table anew: -Dvarve.regenerate=true")
        .isEqualTo(table.strip());
  }
}
