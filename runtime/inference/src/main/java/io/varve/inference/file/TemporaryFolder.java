package io.varve.inference.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is deleted when it is closed. */
public record TemporaryFolder(Path path) implements AutoCloseable {
  /**
   * Makes a folder where the system keeps temporary files.
   *
   * @throws UncheckedIOException if none can be made
   */
  public TemporaryFolder() {
    this(made());
  }

  private static Path made() {
    try {
      return Files.createTempDirectory("varve-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    Folders.delete(path);
  }
}
