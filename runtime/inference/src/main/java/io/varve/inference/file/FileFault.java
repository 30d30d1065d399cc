package io.varve.inference.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/** Says in one line what failed with a file, and why. Java's own messages are often a bare path. */
public final class FileFault {
  private FileFault() {}

  /** The error for a file that cannot be read. */
  public static IllegalArgumentException unreadable(Path file, IOException cause) {
    return new IllegalArgumentException(
        line(file, "cannot be read", cause) + ". Check the path and its permissions.", cause);
  }

  /** The error for a file that cannot be written. */
  public static IllegalArgumentException unwritable(Path file, IOException cause) {
    return new IllegalArgumentException(
        line(file, "cannot be written", cause)
            + (isFull(cause) ? ". Free some space." : ". Choose a place that can be written."),
        cause);
  }

  /** Whether something failed because the disk is full, or the user's part of it. */
  public static boolean isFull(Throwable thrown) {
    for (Throwable t = thrown; t != null && t != t.getCause(); t = t.getCause()) {
      String what = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
      if (t instanceof IOException
          && (what.contains("no space left") || what.contains("quota exceeded"))) {
        return true;
      }
    }
    return false;
  }

  /** The error for a folder whose files cannot be listed. */
  public static IllegalArgumentException unlistable(Path folder, IOException cause) {
    return new IllegalArgumentException(
        line(folder, "cannot be listed", cause) + ". Check the path and its permissions.", cause);
  }

  /** The error for a file or folder that cannot be deleted. */
  public static IllegalArgumentException undeletable(Path file, IOException cause) {
    return new IllegalArgumentException(
        line(file, "cannot be deleted", cause) + ". Delete it yourself.", cause);
  }

  /** {@code file: what: why}, on one line. */
  public static String line(Path file, String what, IOException cause) {
    return Printable.of(file.toString()) + ": " + what + ": " + reason(cause);
  }

  /** Why an operation failed, in words and without the path. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    } else if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    } else if (e instanceof FileAlreadyExistsException) {
      return "something of that name exists already";
    } else if (e instanceof DirectoryNotEmptyException) {
      return "the folder is not empty";
    } else if (e instanceof NotDirectoryException) {
      return "it is not a folder";
    } else if (e instanceof FileSystemLoopException) {
      return "symbolic links lead in a circle";
    } else if (e instanceof CharacterCodingException) {
      return "it is not text in UTF-8";
    } else if (e instanceof EOFException) {
      return "it ends too early";
    } else if (e instanceof ClosedByInterruptException) {
      return "this thread was interrupted";
    } else if (e instanceof FileSystemException fault && fault.getReason() != null) {
      return Printable.of(fault.getReason());
    } else if (e.getCause() instanceof IOException cause) {
      return reason(cause);
    } else if (e.getMessage() == null || e instanceof FileSystemException) {
      return "the system gives no reason";
    }
    return Printable.of(e.getMessage().lines().findFirst().orElse(""));
  }

  /** As {@link #reason(IOException)}. */
  public static String reason(UncheckedIOException e) {
    return reason(e.getCause());
  }
}
