package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What docs/versions.md promises of Java code is still there. The lists lie among the test
 * resources. To write them anew, run this test with {@code -Dvarve.regenerate=true}.
 */
final class ApiTest {
  private static final Path LISTS = Path.of("src/test/resources/api");

  @ParameterizedTest
  @CsvSource({
    "varve-core-spi, io.varve.spi",
    "varve-inference, io.varve.inference io.varve.inference.image"
        + " io.varve.inference.bundle.Manifest io.varve.inference.bundle.Mode"
        + " io.varve.inference.onnxruntime.RequestStoppedException"
  })
  void isAsListed(String artifact, String names) throws IOException {
    List<String> now = new Api(jar(artifact), Set.of(names.split(" ", -1))).lines();
    Path list = LISTS.resolve(artifact + ".txt");
    if (Boolean.getBoolean("varve.regenerate")) {
      Files.createDirectories(LISTS);
      Files.write(list, now);
    }
    List<String> listed = Files.readAllLines(list);
    assertThat(listed)
        .as("gone: what is compiled against an earlier version breaks; see docs/versions.md")
        .isSubsetOf(now);
    assertThat(now)
        .as("new: once it is listed it must stay; run this test with -Dvarve.regenerate=true")
        .isSubsetOf(listed);
  }

  private static Path jar(String artifact) throws IOException {
    try (var files = Files.list(Cli.distribution().resolve("lib"))) {
      return files
          .filter(file -> file.getFileName().toString().matches(artifact + "-[0-9].*\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }
}
