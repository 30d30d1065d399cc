package io.varve.inference.bundle;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Safetensors;
import io.varve.inference.file.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;

/**
 * The files of one bundle. Each is opened once, is known to be a regular file inside the folder
 * before it is opened, and is hashed while it is read.
 */
final class BundleFiles {
  private static final int PIECE = 1 << 20;

  /** In bytes, of the files that are hashed and not kept, together. */
  private static final long MOST = 4L << 30;

  /** Files of a run, which a bundle is exported from. */
  private static final List<String> RUN = List.of("run.json", "run.lock");

  private final Path shown;
  private final Path root;
  private long left = MOST;

  /**
   * @param shown the folder as the caller named it, for messages; links in it are resolved here,
   *     once for all files
   * @throws IllegalArgumentException if it is no folder
   */
  BundleFiles(Path shown) {
    this.shown = shown;
    try {
      this.root = shown.toRealPath();
    } catch (IOException e) {
      throw FileFault.unreadable(shown, e);
    }
    require(Files.isDirectory(root), shown, "no folder", "a folder with a " + Manifest.FILE);
  }

  /** Reads an open file and hashes what it reads. */
  private interface Reader<T> {
    T read(FileChannel channel, MessageDigest digest) throws IOException;
  }

  Path root() {
    return root;
  }

  /** A file as messages name it. */
  Path path(String name) {
    return shown.resolve(name);
  }

  /** A file of unknown hash, whole, of at most so many bytes. */
  ByteBuffer read(String name, long most) {
    return open(name, (channel, digest) -> whole(name, channel, digest, most), "");
  }

  /** A file, whole, of at most so many bytes and with the hash expected. */
  ByteBuffer read(String name, long most, String hash) {
    return open(name, (channel, digest) -> whole(name, channel, digest, most), hash);
  }

  /** A safetensors file, with the hash expected. */
  Safetensors tensors(String name, String hash) {
    return open(
        name,
        (channel, digest) -> {
          try {
            return Safetensors.read(path(name), channel, digest::update);
          } catch (IllegalArgumentException e) {
            // A damaged file is better called changed than malformed.
            drain(channel, digest);
            requireHash(name, Sha256.hex(digest), hash);
            throw e;
          }
        },
        hash);
  }

  /** Checks the hash of a file that is not needed yet. */
  void check(String name, String hash) {
    open(
        name,
        (channel, digest) -> {
          left -= channel.size();
          require(left >= 0, path(name), "too much to read", "at most " + MOST + " bytes of it");
          drain(channel, digest);
          return name;
        },
        hash);
  }

  private <T> T open(String name, Reader<T> reader, String hash) {
    Path file = path(name);
    MessageDigest digest = Sha256.digest();
    try {
      // Before it is opened: opening a pipe would wait for a writer.
      Path real = root.resolve(name).toRealPath();
      require(real.startsWith(root), file, "a link to " + real, "a file inside the bundle");
      boolean regular = Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS);
      require(regular, file, "something that is no file", "a regular file");
      T result;
      try (FileChannel channel =
          FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        result = reader.read(channel, digest);
      }
      requireHash(name, Sha256.hex(digest), hash);
      return result;
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          hash.isEmpty()
              ? noManifest(file)
              : file + ": found missing, expected the file that " + Manifest.FILE + " lists",
          e);
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    }
  }

  /** A run is easily taken for its bundle. */
  private String noManifest(Path file) {
    boolean run = RUN.stream().anyMatch(name -> Files.exists(root.resolve(name)));
    return run
        ? shown
            + ": is a run, expected a bundle; export it first: varve export "
            + shown
            + " --out BUNDLE"
        : file + ": no such file; a bundle is a folder with a " + Manifest.FILE;
  }

  private static void drain(FileChannel channel, MessageDigest digest) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    while (channel.read(piece.clear()) >= 0) {
      digest.update(piece.flip());
    }
  }

  private void requireHash(String name, String found, String hash) {
    String expected = hash + "; the file was changed, export the bundle again";
    require(hash.isEmpty() || hash.equals(found), path(name), "SHA-256 " + found, expected);
  }

  private ByteBuffer whole(String name, FileChannel channel, MessageDigest digest, long most)
      throws IOException {
    long size = channel.size();
    require(size <= most, path(name), size + " bytes", "at most " + most);
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // until the file ends
    }
    digest.update(bytes.flip().duplicate());
    return bytes.asReadOnlyBuffer();
  }

  private static void require(boolean condition, Path where, String found, String expected) {
    if (!condition) {
      throw new IllegalArgumentException(where + ": found " + found + ", expected " + expected);
    }
  }
}
