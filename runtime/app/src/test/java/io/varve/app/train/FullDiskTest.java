package io.varve.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.inference.file.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk stops a run, and the message says how it goes on. */
final class FullDiskTest {
  @TempDir private Path run;

  private IllegalArgumentException fault(String reason) {
    return FileFault.unwritable(run.resolve("metrics.jsonl"), new IOException(reason));
  }

  @Test
  void saysHowARunGoesOn() throws IOException {
    IllegalArgumentException full = fault("No space left on device");
    assertThat(TrainingRuns.advised(full, run)).as("no run yet").isSameAs(full);
    Files.writeString(run.resolve("model.yaml"), "");
    assertThat(TrainingRuns.advised(full, run))
        .hasMessage(
            run.resolve("metrics.jsonl")
                + ": cannot be written: No space left on device. Free some space. Then 'varve resume "
                + run
                + "' goes on.");
    assertThat(TrainingRuns.advised(fault("Disk quota exceeded"), run))
        .hasMessageContaining("varve resume");
    IllegalArgumentException other = fault("Read-only file system");
    assertThat(TrainingRuns.advised(other, run)).isSameAs(other);
  }
}
