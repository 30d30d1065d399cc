package io.varve.export.bundle;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.AtomicFile;
import io.varve.inference.file.Folders;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * The place of a bundle that is being exported. The new bundle is built beside it. Then the earlier
 * one is moved aside, the new one is moved in, and the earlier one is deleted. No crash loses both:
 * what a killed export had moved aside is put back by the next one.
 */
final class BundlePlace implements AutoCloseable {
  private final Path bundle;
  private final Path parent;
  private final Path earlier;
  private final Path building;

  /**
   * Clears up after killed exports and makes a folder to build in.
   *
   * @throws IllegalArgumentException if something else is there
   */
  BundlePlace(Path bundle) throws IOException {
    this.bundle = bundle;
    this.parent = bundle.toAbsolutePath().getParent();
    String hidden = "." + bundle.getFileName();
    this.earlier = parent.resolve(hidden + ".old");
    Files.createDirectories(parent);
    recover(hidden + "-");
    if (Files.exists(bundle) && !Files.exists(bundle.resolve(Manifest.FILE))) {
      throw new IllegalArgumentException(
          bundle + ": exists and is no bundle; choose another place");
    }
    // Not Files.createTempDirectory, whose directories are for their owner alone.
    this.building = Files.createDirectory(parent.resolve(hidden + "-" + UUID.randomUUID()));
  }

  private void recover(String built) throws IOException {
    if (Files.exists(earlier) && !Files.exists(bundle)) {
      move(earlier, bundle);
    }
    delete(earlier);
    int length = built.length() + UUID.randomUUID().toString().length();
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(
            parent,
            path -> {
              String name = path.getFileName().toString();
              return name.startsWith(built) && name.length() == length;
            })) {
      unfinished.forEach(BundlePlace::delete);
    }
  }

  /** The folder to build in. */
  Path building() {
    return building;
  }

  /** Replaces the earlier bundle, if there is one, by what was built. */
  void replace() throws IOException {
    boolean replaces = Files.exists(bundle);
    if (replaces) {
      move(bundle, earlier);
    }
    try {
      move(building, bundle);
    } catch (IOException e) {
      if (replaces) {
        move(earlier, bundle);
      }
      throw e;
    }
    AtomicFile.forceDirectory(parent);
    delete(earlier);
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes what was built and did not become the bundle. */
  @Override
  public void close() {
    delete(building);
  }

  private static void delete(Path folder) {
    if (Files.exists(folder)) {
      Folders.delete(folder);
    }
  }
}
