package io.varve.conformance.rule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder for what goes with it. */
public record ScratchFolder(Path path) implements AutoCloseable {
  /** A new folder where the system keeps temporary files. */
  public ScratchFolder() {
    this(made());
  }

  private static Path made() {
    try {
      return Files.createTempDirectory("varve-kit-");
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder can be made: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
