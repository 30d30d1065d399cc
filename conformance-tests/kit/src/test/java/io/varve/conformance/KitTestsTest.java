package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.jars.ClassPathPlugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** The kit as an author's build runs it. */
class KitTestsTest {
  @TempDir private Path folder;

  /** What every test of the container whose name begins so comes to. */
  private static Map<String, String> run(Path plugin, String container) {
    Map<String, String> results = new TreeMap<>();
    try (Stream<DynamicNode> nodes = Kit.tests(plugin)) {
      for (DynamicNode node : nodes.toList()) {
        if (node.getDisplayName().startsWith(container)) {
          ((DynamicContainer) node)
              .getChildren()
              .map(DynamicTest.class::cast)
              .forEach(test -> results.put(test.getDisplayName(), result(test.getExecutable())));
        }
      }
    }
    return results;
  }

  private static String result(Executable test) {
    try {
      test.execute();
      return "passed";
    } catch (TestAbortedException e) {
      return "aborted: " + e.getMessage();
    } catch (Throwable e) {
      return "failed: " + e.getMessage();
    }
  }

  @Test
  void runsOnABundledPluginOfTheClassPath() throws IOException {
    Path schedules =
        ClassPathPlugins.roots().stream()
            .filter(root -> root.toString().contains("schedules"))
            .findFirst()
            .orElseThrow();
    Map<String, String> results = run(schedules, "schedule linear");
    assertThat(results).containsEntry("s1_isFiniteAtEveryPoint", "passed");
    assertThat(results.values()).noneMatch(result -> result.startsWith("failed"));
  }

  /** As in a build that has not packed its classes yet: there is no manifest. */
  @Test
  void runsOnAFolderOfClasses() throws IOException {
    BrokenJar jar = BrokenJar.of("counts", "counts", "J11").with("STATICS", "static int calls;");
    BrokenJars.pack(List.of(jar), folder);
    Path classes = folder.resolve("project/target/classes");
    BrokenJars.unpack(BrokenJars.path(folder, "counts"), classes);
    Map<String, String> results = run(classes, "classes");
    assertThat(results.get("j9_manifestSaysIdAndVersion")).startsWith("aborted: does not apply");
    assertThat(results.get("j11_hasNoStaticFieldThatChanges"))
        .startsWith("failed: broken.counts.Broken.calls")
        .contains("MUST NOT start threads");
    assertThat(results.get("j5_loadsBesideOthers")).isEqualTo("passed");
  }

  @Test
  void refusesWhatIsNoPlugin() {
    assertThatThrownBy(() -> Kit.tests(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neither a JAR nor a folder with META-INF/extensions.idx");
  }
}
