package io.varve.inference.file;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/**
 * A file that a user has named for output.
 *
 * <p>An ordinary file is replaced as a whole, so that a reader or a crash sees the old or the new
 * one. A symbolic link stays: the file that it leads to is replaced. What is no ordinary file, as a
 * pipe, {@code /dev/null} or {@code /dev/stdout}, is written through. So is a file whose place no
 * other can take: its folder takes no others, it is a mount of its own, or it is another user's.
 */
public final class OutputFile {
  /** Names that stand for the streams of this process. */
  private static final Map<String, FileDescriptor> STREAMS =
      Map.of(
          "/dev/stdout", FileDescriptor.out,
          "/dev/fd/1", FileDescriptor.out,
          "/proc/self/fd/1", FileDescriptor.out,
          "/dev/stderr", FileDescriptor.err,
          "/dev/fd/2", FileDescriptor.err,
          "/proc/self/fd/2", FileDescriptor.err);

  private OutputFile() {}

  /**
   * Checks, before the work begins, that a file can be written. Missing folders are made.
   *
   * @throws IllegalArgumentException one line: why it cannot
   */
  public static void require(Path file) {
    try {
      Path target = AtomicFile.target(file);
      if (Files.isDirectory(target)) {
        throw new IllegalArgumentException(
            Printable.of(file.toString()) + ": is a folder; name a file");
      }
      if (isStream(target)) {
        return;
      }
      makeFolderOf(target);
      if (exists(target)) {
        Files.newByteChannel(target, StandardOpenOption.WRITE).close();
      } else {
        Files.delete(Files.createFile(AtomicFile.temporary(target)));
      }
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  /**
   * Writes a text in UTF-8 as the whole content of a file. Missing folders are made.
   *
   * @throws IllegalArgumentException one line: why it cannot be written
   */
  public static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes bytes as the whole content of a file. Missing folders are made.
   *
   * @throws IllegalArgumentException one line: why it cannot be written
   */
  public static void write(Path file, byte[] bytes) {
    try {
      Path target = AtomicFile.target(file);
      if (isStream(target)) {
        writeThrough(target, bytes);
        return;
      }
      makeFolderOf(target);
      replace(target, bytes);
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  private static void replace(Path target, byte[] bytes) throws IOException {
    try {
      AtomicFile.replace(target, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(bytes)));
    } catch (AtomicFile.NotReplaced e) {
      if (!Files.isRegularFile(target)) {
        throw e;
      }
      Files.write(target, bytes, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }
  }

  /** Unlike Files.exists, it fails where no file can have the name, as one that is too long. */
  private static boolean exists(Path target) throws IOException {
    try {
      Files.readAttributes(target, BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Creates the folder that a file goes into. */
  public static void makeFolderOf(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Folders.make(folder);
    }
  }

  /** Whether a file lies where the system keeps devices and descriptors. */
  static boolean isDevice(Path file) {
    return file.startsWith("/dev") || file.startsWith("/proc");
  }

  private static boolean isStream(Path target) {
    boolean link = isDevice(target) && Files.isSymbolicLink(target);
    return link || (Files.exists(target) && !Files.isRegularFile(target));
  }

  private static void writeThrough(Path target, byte[] bytes) throws IOException {
    FileDescriptor own = STREAMS.get(target.normalize().toString());
    if (own != null) {
      new FileOutputStream(own).write(bytes); // not closed: others write there too
      return;
    }
    try (OutputStream out =
        Files.newOutputStream(target, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      out.write(bytes);
    }
  }
}
