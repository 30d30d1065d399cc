package io.varve.training.data;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Printable;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A data file read from front to back, unpacked if its name ends in {@code .gz}. */
final class DataFile implements Closeable {
  /** No deflate stream expands more than this (RFC 1951: 258 bytes from 2 bits). */
  private static final long MAX_EXPANSION = 1032;

  private static final String AGAIN = "copy or download the file again";

  private final Path file;
  private final boolean gz;
  private long left; // what can follow at most, so that a lying header allocates little
  private final InputStream in;

  DataFile(Path file) {
    this.file = file;
    this.gz = file.toString().endsWith(".gz");
    InputStream raw = null;
    try {
      long size = Files.size(file);
      raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
      left = gz ? size * MAX_EXPANSION : size;
      in = gz ? new GZIPInputStream(raw, 1 << 16) : raw;
    } catch (IOException e) {
      close(raw);
      throw e instanceof ZipException || e instanceof EOFException ? notGzip() : unreadable(e);
    }
  }

  /** The next big-endian 32-bit integer. */
  int int32(String what) {
    return bytes(Integer.BYTES, what).getInt(0);
  }

  /** The next {@code count} bytes in a direct buffer. */
  ByteBuffer bytes(long count, String what) {
    if (count > Integer.MAX_VALUE) {
      throw error(
          "expected at most %d bytes of %s, found %d".formatted(Integer.MAX_VALUE, what, count));
    }
    if (count > left) {
      throw truncated(count, what, (gz ? "at most " : "") + left);
    }
    left -= count;
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) count);
    byte[] chunk = new byte[(int) Math.min(count, 1 << 16)];
    try {
      while (buffer.hasRemaining()) {
        int read = in.read(chunk, 0, Math.min(chunk.length, buffer.remaining()));
        if (read < 0) {
          throw truncated(count, what, Integer.toString(buffer.position()));
        }
        buffer.put(chunk, 0, read);
      }
    } catch (EOFException e) { // a gzip stream cut short
      throw truncated(count, what, Integer.toString(buffer.position()));
    } catch (ZipException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
    return buffer.flip();
  }

  /** All that is left. */
  byte[] rest(String what) {
    try {
      return in.readAllBytes();
    } catch (EOFException e) {
      throw error("expected whole %s, found the end of the gzip stream; %s".formatted(what, AGAIN));
    } catch (ZipException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Checks that nothing is left; a gzip stream also checks its sum here. */
  void end(long expected) {
    try {
      if (in.read() >= 0) {
        throw error("expected %d bytes in all, found more; %s".formatted(expected, AGAIN));
      }
    } catch (EOFException e) {
      throw error("expected the sum of the gzip stream, found its end; %s".formatted(AGAIN));
    } catch (ZipException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** A one-line error about this file. */
  IllegalArgumentException error(String message) {
    return new IllegalArgumentException(Printable.of(file.toString()) + ": " + message);
  }

  private IllegalArgumentException truncated(long expected, String what, String found) {
    return error(
        "truncated: expected %d bytes of %s, found %s; %s".formatted(expected, what, found, AGAIN));
  }

  private IllegalArgumentException damaged(IOException cause) {
    return error(
        "expected sound gzip data, found damage (%s); %s"
            .formatted(FileFault.reason(cause), AGAIN));
  }

  private IllegalArgumentException notGzip() {
    try (InputStream head = Files.newInputStream(file)) {
      String found = HexFormat.of().formatHex(head.readNBytes(4));
      return error(
          "expected gzip (1f8b...), found '%s'; drop '.gz' from its name if it is not packed"
              .formatted(found));
    } catch (IOException e) {
      return unreadable(e);
    }
  }

  private IllegalArgumentException unreadable(IOException cause) {
    return FileFault.unreadable(file, cause);
  }

  private static void close(InputStream in) {
    try {
      if (in != null) {
        in.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("closing a file opened for reading failed", e);
    }
  }

  @Override
  public void close() {
    close(in);
  }
}
