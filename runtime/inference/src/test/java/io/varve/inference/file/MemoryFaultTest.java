package io.varve.inference.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java lacks is named by the option that Java reads. */
class MemoryFaultTest {
  @TempDir private Path folder;

  @Test
  void tellsTheHeapFromDirectBuffers() {
    assertThat(MemoryFault.option(new OutOfMemoryError("Java heap space"))).isEqualTo("-Xmx");
    assertThat(MemoryFault.option(new OutOfMemoryError())).isEqualTo("-Xmx");
    String direct = "Cannot reserve 9 bytes of direct buffer memory (allocated: 8, limit: 8)";
    assertThat(MemoryFault.option(new OutOfMemoryError(direct)))
        .isEqualTo("-XX:MaxDirectMemorySize");
    assertThat(MemoryFault.option(new OutOfMemoryError("Direct buffer memory")))
        .isEqualTo("-XX:MaxDirectMemorySize");
  }

  @Test
  void namesTheFolderForTemporaryFilesAsJavaReadsIt() {
    assertThat(TemporaryFolder.made(folder)).hasParent(folder).isEmptyDirectory();
    Path missing = folder.resolve("missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TemporaryFolder.made(missing))
        .withMessage(
            missing
                + ": cannot hold temporary files: no such file or folder. Name a folder that can be"
                + " written by -Djava.io.tmpdir; bin/varve takes it from TMPDIR.");
    assertThat(Files.exists(missing)).isFalse();
  }
}
