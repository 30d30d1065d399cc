package io.varve.training.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Whole files that are either there or not, and disk errors in one line. */
final class Disk {
  private Disk() {}

  /** Creates the folder a file goes into. */
  static void makeFolderOf(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
  }

  /** Replaces a file by these bytes, so that a reader or a crash sees the old or the new one. */
  static void replace(Path file, byte[] bytes) {
    try {
      makeFolderOf(file);
      Path fresh = file.resolveSibling("." + file.getFileName() + "." + pid() + ".tmp");
      try {
        try (FileChannel channel =
            FileChannel.open(
                fresh,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
          for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
            channel.write(left);
          }
          channel.force(true);
        }
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** The one-line error for a file that cannot be written. */
  static IllegalArgumentException unwritable(Path file, IOException cause) {
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

  private static long pid() {
    return ProcessHandle.current().pid();
  }
}
