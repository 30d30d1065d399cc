package io.varve.inference.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Replaces a file as a whole or not at all, even if the machine stops half-way. A symbolic link
 * stays: the file that it leads to is replaced.
 */
public final class AtomicFile {
  private static final int PIECE = 1 << 20;
  private static final int MAX_LINKS = 40;

  /** Characters of a file's name that its temporary file keeps: a name may have 255 bytes. */
  private static final int NAME = 48;

  private AtomicFile() {}

  /** Writes the content of a file. */
  public interface Content {
    /** Writes all of it. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Replaces a file by these bytes.
   *
   * @throws IllegalArgumentException one line, if it cannot be written
   */
  public static void write(Path file, byte[] bytes) {
    write(file, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /**
   * Replaces a file by a text in UTF-8.
   *
   * @throws IllegalArgumentException one line, if it cannot be written
   */
  public static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Replaces a file by content that is first written beside it and forced to the disk.
   *
   * @throws IllegalArgumentException one line, if it cannot be written
   */
  public static void write(Path file, Content content) {
    Path temporary = null;
    try {
      Path target = target(file);
      temporary = temporary(target);
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceDirectory(target.getParent());
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    } finally {
      discard(temporary);
    }
  }

  /** The file that a path leads to in the end, which need not exist; links of /dev stay. */
  static Path target(Path file) throws IOException {
    Path at = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(at) && !OutputFile.isDevice(at); links++) {
      if (links == MAX_LINKS) {
        throw new FileSystemLoopException(file.toString());
      }
      // Not normalised: the folder of a link may be a link itself.
      at = at.resolveSibling(Files.readSymbolicLink(at));
    }
    return at;
  }

  /** Not Files.createTempFile, whose files are for their owner alone. */
  private static Path temporary(Path target) {
    String name = target.getFileName().toString();
    int kept = name.offsetByCodePoints(0, Math.min(NAME, name.codePointCount(0, name.length())));
    return target.resolveSibling(name.substring(0, kept) + "." + UUID.randomUUID() + ".tmp");
  }

  /** Writes in pieces, because the JDK copies bytes on the heap and keeps the copy's memory. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    while (bytes.position() < end) {
      bytes.limit(Math.min(end, bytes.position() + PIECE));
      channel.write(bytes);
    }
  }

  /**
   * Makes renamings in a directory durable. Windows cannot open a directory and needs no such step.
   */
  public static void forceDirectory(Path directory) throws IOException {
    if (!System.getProperty("os.name").startsWith("Windows")) {
      try (FileChannel channel = FileChannel.open(directory)) {
        channel.force(true);
      }
    }
  }

  /** The file is gone already unless writing failed, and then that is what matters. */
  private static void discard(Path temporary) {
    try {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      // The name says what it is.
    }
  }
}
