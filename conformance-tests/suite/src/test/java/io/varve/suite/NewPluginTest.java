package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    Path log = folder.resolve("maven.log");
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    Process maven =
        new ProcessBuilder(
                windows ? "mvn.cmd" : "mvn",
                "-B",
                "-s",
                settings().toString(),
                "-Dmaven.repo.local=" + folder.resolve("repository"),
                "verify")
            .directory(folder.resolve("my-" + kind).toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(maven.waitFor()).as(() -> text(log)).isZero();
    assertThat(folder.resolve("my-%1$s/target/my-%1$s-1.0.0.jar".formatted(kind))).isNotEmptyFile();
  }

  /** Everything else comes from the repository that this build fills, and nothing over the wire. */
  private Path settings() throws IOException {
    String local =
        System.getProperty(
            "localRepository",
            System.getProperty("user.home")
                + File.separator
                + ".m2"
                + File.separator
                + "repository");
    String mirror =
        """
        <settings>
          <mirrors>
            <mirror><id>outer</id><mirrorOf>central</mirrorOf><url>%s</url></mirror>
          </mirrors>
        </settings>
        """;
    return Files.writeString(
        folder.resolve("settings.xml"), mirror.formatted(Path.of(local).toUri()));
  }

  private static String text(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
