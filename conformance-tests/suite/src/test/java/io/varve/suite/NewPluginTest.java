package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an author does first: the project that {@code varve plugins new} writes, unchanged, builds
 * with one command, on a machine that has nothing of Varve but the distribution.
 */
final class NewPluginTest {
  @TempDir Path folder;

  @Test
  void aTransformBuildsAndIsInstalled() throws IOException, InterruptedException {
    builds("transform");
    Files.createDirectory(folder.resolve("mine"));
    Path jar = folder.resolve("my-transform/target/my-transform-1.0.0.jar");
    Cli.succeedHere(folder, "plugins", "install", jar.toString(), "--plugins", "./mine");
    assertThat(Cli.succeedHere(folder, "plugins", "list", "--plugins", "./mine").out())
        .contains("com.example.my-transform  1.0.0  transform my-transform\n");
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"prior", "likelihood", "bijector", "network", "schedule", "hierarchy"})
  void everyOtherKindBuilds(String kind) throws IOException, InterruptedException {
    builds(kind);
  }

  private void builds(String kind) throws IOException, InterruptedException {
    Cli.succeed(folder, "plugins", "new", "my-" + kind, "--kind", kind);
    new MavenRun(folder, false).succeed(folder.resolve("my-" + kind), "verify");
    assertThat(folder.resolve("my-%1$s/target/my-%1$s-1.0.0.jar".formatted(kind))).isNotEmptyFile();
  }
}
