package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network as large as the papers' largest. */
class LargeNetworkTest {
  private static final long PARAMETERS = 105_000_000;
  private static final long MILLISECONDS = 30_000;

  /** Of all memory: DJL's parameters, ONNX Runtime's, the heap, libraries, and mapped files. */
  private static final long BYTES = 2_000_000_000;

  @Tag("slow")
  @Test
  void exportsInSecondsAndInTwoGigabytes(@TempDir Path folder)
      throws IOException, InterruptedException {
    assumeTrue(Memory.READABLE, "memory is read from /proc, which only Linux has");
    List<Long> figures =
        Memory.printed(LargeNetwork.class, folder.resolve("large.onnx").toString());
    System.out.printf(
        "%d parameters in %d ms; peak %d MB, before %d MB%n",
        figures.get(3), figures.get(0), figures.get(2) / 1_000_000, figures.get(1) / 1_000_000);
    assertThat(figures.get(3)).isGreaterThan(PARAMETERS);
    assertThat(figures.get(0)).isLessThan(MILLISECONDS);
    assertThat(figures.get(2)).isLessThan(BYTES);
  }
}
