package io.varve.inference.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is deleted when it is closed. */
public record TemporaryFolder(Path path) implements AutoCloseable {
  /**
   * Makes a folder where the system keeps temporary files.
   *
   * @throws IllegalArgumentException one line, if none can be made
   */
  public TemporaryFolder() {
    this(made(Path.of(System.getProperty("java.io.tmpdir"))));
  }

  /** Java reads the property alone; {@code bin/varve} sets it to TMPDIR. */
  static Path made(Path place) {
    try {
      return Files.createTempDirectory(place, "varve-");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FileFault.line(place, "cannot hold temporary files", e)
              + ". Name a folder that can be written by -Djava.io.tmpdir; bin/varve takes it from"
              + " TMPDIR.",
          e);
    }
  }

  @Override
  public void close() {
    Folders.delete(path);
  }
}
