package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.inference.file.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever becomes of its folder, a bundle answers as what it was opened as. */
class ChangingFolderTest {
  private static final byte[] IMAGES = {1, 2, 3, 4, 50, 60, 70, 80};

  private static final String COUNTS = "[1-9]\\d* answered, [1-9]\\d* refused";

  @TempDir private Path folder;

  private static String answers(Bundle bundle) {
    Map<String, Tensor> again = bundle.reconstruct(IMAGES, Set.of("z"), 1, 1);
    return Arrays.toString(bundle.score(IMAGES, 1).bound())
        + Arrays.toString(bundle.importanceBound(IMAGES, 3, 1))
        + Arrays.toString(again.get("x").values())
        + Arrays.toString(bundle.generate(2, 1, 1).get("x").values());
  }

  private static InferenceOptions options() {
    return InferenceOptions.of().withDevice("cpu").withWarnings(line -> {});
  }

  /** Nothing has been used yet, so no graph is open. */
  @Test
  void answersAfterEveryFileWasEmptiedAndDeleted() throws IOException {
    Path bundle = TinyBundle.write(folder);
    String expected;
    try (Bundle open = Bundle.open(bundle, options())) {
      expected = answers(open);
    }
    try (Bundle open = Bundle.open(bundle, options())) {
      try (Stream<Path> files = Files.list(bundle)) {
        for (Path file : files.toList()) {
          FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
              .close();
        }
      }
      assertThat(answers(open)).isEqualTo(expected);
      assertThatThrownBy(open::checkParity)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("parity.safetensors: found SHA-256 ")
          .hasMessageNotContaining("\n");
      Folders.delete(bundle);
      assertThat(answers(open)).isEqualTo(expected);
      assertThatThrownBy(open::checkParity).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // where files in use are not replaced
  void mixesNoVersions() throws Exception {
    changes(6);
  }

  @Test
  @Tag("slow")
  @DisabledOnOs(OS.WINDOWS)
  void mixesNoVersionsInAThousandChanges() throws Exception {
    changes(1000);
  }

  private void changes(int count) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:-CreateCoredumpOnCrash",
                ChangingFolder.class.getName(),
                folder.toString(),
                Integer.toString(count))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    String classes = System.getProperty("java.class.path");
    builder.environment().put("CLASSPATH", System.getProperty("surefire.test.class.path", classes));
    Process service = builder.start();
    String text = new String(service.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(service.waitFor()).as(text).isZero();
    // Later versions of Java warn of libraries that call native code.
    List<String> said =
        text.lines().filter(line -> !line.startsWith("WARNING: ") && !line.isBlank()).toList();
    assertThat(said).hasSize(1).allMatch(line -> line.matches(COUNTS));
    System.out.println(said.get(0));
  }
}
