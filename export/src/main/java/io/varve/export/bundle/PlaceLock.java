package io.varve.export.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/** A lock file that is gone when it is closed; a process that dies gives up its lock. */
final class PlaceLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private PlaceLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Takes the lock; empty where another holds it. */
  static Optional<PlaceLock> take(Path file) throws IOException {
    byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
    while (true) {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          channel.close();
          return Optional.empty();
        }
      } catch (OverlappingFileLockException e) { // another thread of this process
        channel.close();
        return Optional.empty();
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      // The one who held it may have deleted the file that was opened here.
      channel.truncate(0).write(ByteBuffer.wrap(mark));
      if (holds(file, mark)) {
        return Optional.of(new PlaceLock(file, channel));
      }
      channel.close();
    }
  }

  private static boolean holds(Path file, byte[] mark) throws IOException {
    try {
      return Arrays.equals(Files.readAllBytes(file), mark);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(file);
    } finally {
      channel.close();
    }
  }
}
