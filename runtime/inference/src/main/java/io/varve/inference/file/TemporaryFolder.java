package io.varve.inference.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is deleted when it is closed. */
public record TemporaryFolder(Path path) implements AutoCloseable {
  /**
   * Makes a folder where the system keeps temporary files.
   *
   * @throws IllegalArgumentException if none can be made
   */
  public TemporaryFolder() {
    this(made());
  }

  private static Path made() {
    try {
      return Files.createTempDirectory("varve-");
    } catch (IOException e) {
      Path place = Path.of(System.getProperty("java.io.tmpdir"));
      throw new IllegalArgumentException(
          FileFault.line(place, "no temporary folder can be made in it", e)
              + ". Make it a folder that can be written, or name another by -Djava.io.tmpdir.",
          e);
    }
  }

  @Override
  public void close() {
    Folders.delete(path);
  }
}
