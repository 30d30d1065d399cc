package io.varve.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** As {@link BundledPluginsTest}, for bijectors, which take half of the time: two processes do. */
class BundledBijectorsTest {
  @TempDir private static Path scratch;
  private static BundledPlugins plugins;

  @BeforeAll
  static void run() throws IOException {
    plugins = BundledPlugins.of(scratch, kind -> kind.equals("bijector"));
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
  void thePageHasTheTable() {
    plugins.areOnThePage();
  }
}
