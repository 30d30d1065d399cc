package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every bundled component keeps every rule, and {@code docs/conformance.md} says so. {@link
 * BundledBijectorsTest} has the bijectors.
 */
class BundledPluginsTest {
  @TempDir private static Path scratch;
  private static BundledPlugins plugins;

  @BeforeAll
  static void run() throws IOException {
    plugins = BundledPlugins.of(scratch, kind -> !kind.equals("bijector"));
  }

  @AfterAll
  static void close() {
    plugins.close();
  }

  @TestFactory
  Stream<DynamicTest> keepsEveryRule() {
    return plugins.keepEveryRule();
  }

  @Test
  void everyBundledJarIsLoaded() {
    assertThat(plugins.catalog().leftOut()).isEmpty();
    assertThat(plugins.catalog().plugins()).hasSize(7);
  }

  @Test
  void thePageHasTheTable() {
    plugins.areOnThePage();
  }
}
