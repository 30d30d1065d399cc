package io.varve.export.bundle;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.AtomicFile;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.Folders;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The place of a bundle that is being exported. The new bundle is built beside it. Then the earlier
 * one is moved aside, the new one is moved in, and the earlier one is deleted. No crash loses both:
 * what a killed export had moved aside is put back by the next one, which also deletes what was
 * half built. An export that ends with the process deletes it itself.
 *
 * <p>Beside a bundle NAME there are, while it is exported, {@code .NAME-UUID}, {@code
 * .NAME.varve-old} and {@code .NAME.varve-lock}, and nothing else is ever moved or deleted.
 */
final class BundlePlace implements AutoCloseable {
  private static final String UUID_FORM = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

  /** Deletions that meet a file which is being written just then. */
  private static final int TRIES = 50;

  private final Path bundle;
  private final Path parent;
  private final Path earlier;
  private final Path building;
  private final PlaceLock lock;
  private boolean abandoned;
  private final Thread atExit = new Thread(this::abandon, "varve-export-cleanup");

  /**
   * Clears up after killed exports and makes a folder to build in.
   *
   * @throws IllegalArgumentException if something else is there, or another export is under way
   */
  BundlePlace(Path named) throws IOException {
    this.bundle = Folders.place(named);
    if (bundle.getParent() == null) {
      throw new IllegalArgumentException(named + ": is no place for a bundle; name a folder");
    }
    this.parent = bundle.getParent();
    String hidden = "." + bundle.getFileName();
    this.earlier = parent.resolve(hidden + ".varve-old");
    Folders.make(parent);
    this.lock =
        PlaceLock.take(parent.resolve(hidden + ".varve-lock"))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        named + ": another export writes to it; wait for it, or choose another"));
    try {
      recover(Pattern.compile(Pattern.quote(hidden) + "-" + UUID_FORM));
      requireReplaceable(named);
      // Not Files.createTempDirectory, whose directories are for their owner alone.
      this.building = Files.createDirectory(parent.resolve(hidden + "-" + UUID.randomUUID()));
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private void recover(Pattern built) throws IOException {
    if (Files.exists(earlier) && !Files.exists(bundle)) {
      move(earlier, bundle);
    }
    delete(earlier);
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(
            parent, path -> built.matcher(path.getFileName().toString()).matches())) {
      unfinished.forEach(BundlePlace::delete);
    }
  }

  /** An earlier bundle is deleted, so nothing of its user's may be in it. */
  private void requireReplaceable(Path named) throws IOException {
    if (!Files.exists(bundle)) {
      return;
    }
    if (!Files.exists(bundle.resolve(Manifest.FILE))) {
      throw new IllegalArgumentException(named + ": exists and is no bundle; choose another place");
    }
    Set<String> strange = new TreeSet<>();
    Set<String> known = new TreeSet<>(Manifest.read(bundle).files().keySet());
    known.add(Manifest.FILE);
    try (Stream<Path> all = Files.walk(bundle)) {
      for (Path file : all.toList()) {
        boolean isFolder = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
        String name = bundle.relativize(file).toString().replace('\\', '/');
        if (isFolder ? isEmpty(file) : !known.contains(name)) {
          strange.add(isFolder ? name + "/" : name);
        }
      }
    }
    if (!strange.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: holds files that are not the bundle's: %s; move them away, or choose another place"
              .formatted(named, String.join(", ", strange)));
    }
  }

  /** An export makes no empty folders. */
  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** The folder to build in. */
  Path building() {
    return building;
  }

  /** Replaces the earlier bundle, if there is one, by what was built. */
  synchronized void replace() throws IOException {
    if (abandoned) {
      throw new IOException("the process is ending");
    }
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
  public synchronized void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // The process ends, and the hook does this.
    }
    try (lock) {
      delete(building);
    } catch (IOException e) {
      throw FileFault.unwritable(bundle, e);
    }
  }

  /** The process ends while the bundle is being written; the thread that writes still runs. */
  private synchronized void abandon() {
    abandoned = true;
    for (int i = 0; i < TRIES && Files.exists(building); i++) {
      try {
        delete(building);
      } catch (RuntimeException e) {
        // A file came while the folder was being deleted: once more.
      }
    }
    try {
      lock.close();
    } catch (IOException e) {
      // The next export deletes it.
    }
  }

  private static void delete(Path folder) {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Folders.delete(folder);
    }
  }
}
