package io.varve.report.metrics;

import io.varve.inference.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Whole files that are either there or not, and disk errors in one line. */
public final class OutputFile {
  private OutputFile() {}

  /** Creates the folder a file goes into. */
  public static void makeFolderOf(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
  }

  /** Replaces a file by these bytes, so that a reader or a crash sees the old or the new one. */
  public static void replace(Path file, byte[] bytes) {
    try {
      makeFolderOf(file);
      AtomicFile.write(file, bytes);
    } catch (UncheckedIOException e) {
      throw unwritable(file, e.getCause());
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** The one-line error for a file that cannot be written. */
  public static IllegalArgumentException unwritable(Path file, IOException cause) {
    return new IllegalArgumentException(
        file + ": cannot be written: " + reason(cause) + ". Choose a folder that can be written.",
        cause);
  }

  /** The one-line error for a file that cannot be read. */
  static IllegalArgumentException unreadable(Path file, IOException cause) {
    return new IllegalArgumentException(
        file + ": cannot be read: " + reason(cause) + ". Check the path and its permissions.",
        cause);
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    } else if (e instanceof NoSuchFileException) {
      return "no such file";
    } else if (e instanceof FileAlreadyExistsException) {
      return "a file is where a folder should be";
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown error");
  }
}
