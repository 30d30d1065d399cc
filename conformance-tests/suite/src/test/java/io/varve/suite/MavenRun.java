package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Maven as someone runs it who has nothing of ours: with an empty repository of its own.
 *
 * @param folder for its settings, its repository and its log
 * @param online whether it fetches everything else, as on a new machine, or takes it from the
 *     repository that this build fills
 */
record MavenRun(Path folder, boolean online) {
  /** Runs goals in a project, which must succeed. */
  void succeed(Path project, String... goals) throws IOException, InterruptedException {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    Path log = folder.resolve("maven.log");
    List<String> command = new ArrayList<>();
    command.add(windows ? "mvn.cmd" : "mvn");
    command.add("-B");
    if (!online) {
      command.addAll(List.of("-s", settings().toString()));
    }
    command.add("-Dmaven.repo.local=" + folder.resolve("repository"));
    command.addAll(List.of(goals));
    Process maven =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(maven.waitFor()).as(() -> end(log)).isZero();
  }

  private Path settings() throws IOException {
    String local =
        System.getProperty(
            "localRepository",
            String.join(File.separator, System.getProperty("user.home"), ".m2", "repository"));
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

  private static String end(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
