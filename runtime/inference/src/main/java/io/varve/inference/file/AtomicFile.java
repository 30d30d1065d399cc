package io.varve.inference.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Replaces a file as a whole or not at all, even if the machine stops half-way. A symbolic link
 * stays: the file that it leads to is replaced.
 */
public final class AtomicFile {
  private static final int PIECE = 1 << 20;
  private static final int MAX_LINKS = 40;

  private AtomicFile() {}

  /** Writes the content of a file. */
  public interface Content {
    /** Writes all of it. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /** The folder lets no other file take a file's place. Nothing has changed. */
  static final class NotReplaced extends IOException {
    private static final long serialVersionUID = 1;

    NotReplaced(IOException cause) {
      super(cause);
    }
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
   * Replaces a file by content that is first written beside it and forced to the disk. The new file
   * has the permissions of the old one.
   *
   * @throws IllegalArgumentException one line, if it cannot be written
   */
  public static void write(Path file, Content content) {
    try {
      replace(target(file), content);
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  /**
   * As {@link #write(Path, Content)}.
   *
   * @param target where no link is
   */
  static void replace(Path target, Content content) throws IOException {
    Path temporary = temporary(target);
    try {
      try (FileChannel channel = beside(target, temporary)) {
        content.writeTo(channel);
        channel.force(true);
      }
      move(temporary, target);
    } finally {
      discard(temporary);
    }
    forceDirectory(target.getParent());
  }

  private static FileChannel beside(Path target, Path temporary) throws NotReplaced {
    try {
      return Rights.create(target, temporary);
    } catch (IOException e) {
      throw new NotReplaced(e);
    }
  }

  private static void move(Path temporary, Path target) throws NotReplaced {
    try {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new NotReplaced(e);
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

  /** A name for a file that is to take another's place: short, whatever the other's name is. */
  static Path temporary(Path target) {
    return target.resolveSibling(".varve-" + UUID.randomUUID() + ".tmp");
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
   * Makes renamings in a directory durable, where the system can. What was renamed is whole without
   * it, so a failure is none: not every directory can be opened, and on Windows none can.
   */
  public static void forceDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory)) {
      channel.force(true);
    } catch (IOException e) {
      // The system writes it in its own time.
    }
  }

  /** The file is gone already unless writing failed, and then that is what matters. */
  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // The name says what it is.
    }
  }
}
