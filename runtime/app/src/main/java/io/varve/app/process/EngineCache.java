package io.varve.app.process;

import io.varve.inference.file.FileFault;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder that DJL copies libtorch to, some 430 MB: {@code .djl.ai} in the home folder, unless
 * {@code DJL_CACHE_DIR} names another. A user without a home, as in a container with a user id of
 * its own, gets {@code djl.ai} in {@code XDG_CACHE_HOME}, or a private folder among the temporary
 * files.
 */
public final class EngineCache {
  private static final String KEY = "DJL_CACHE_DIR";
  private static final String OF_DJL = ".djl.ai";

  private EngineCache() {}

  /**
   * Chooses it, before DJL looks.
   *
   * @return a note, where a folder is made that a user would not expect
   * @throws IllegalArgumentException one line, if there is no place for it, or a folder with a
   *     libtorch is named and has none
   */
  public static Optional<String> choose() {
    requireLibtorch(System.getenv("PYTORCH_LIBRARY_PATH"));
    if (folder(System.getProperty("user.home")).noneMatch(Files::isWritable)) {
      // JNA, which DJL and the progress bar use, would make .cache there.
      System.setProperty("jna.tmpdir", System.getProperty("java.io.tmpdir"));
    }
    if (isSet(KEY) || isSet("ENGINE_CACHE_DIR")) {
      return Optional.empty();
    }
    Optional<Path> home =
        Stream.of(System.getProperty("user.home"), System.getenv("HOME"))
            .flatMap(EngineCache::folder)
            .filter(folder -> Files.isWritable(folder) || isFilled(folder.resolve(OF_DJL)))
            .findFirst();
    Optional<Path> shared =
        folder(System.getenv("XDG_CACHE_HOME")).filter(Files::isWritable).findFirst();
    Path chosen =
        home.map(folder -> folder.resolve(OF_DJL))
            .or(() -> shared.map(folder -> folder.resolve("djl.ai")))
            .orElseGet(() -> ofUser().resolve("djl.ai"));
    System.setProperty(KEY, chosen.toString());
    return home.isPresent() || Files.exists(chosen)
        ? Optional.empty()
        : Optional.of(
            "no home folder can be written, so libtorch is copied to "
                + chosen
                + "; DJL_CACHE_DIR names another place");
  }

  /** Where DJL finds none in the folders that are named for it, it would take another. */
  static void requireLibtorch(String folders) {
    if (folders == null || folders.isEmpty()) {
      return;
    }
    String library = System.mapLibraryName("torch");
    for (String folder : folders.split(File.pathSeparator, -1)) {
      if (new File(folder, library).exists()) {
        return;
      }
    }
    throw new IllegalArgumentException(
        "PYTORCH_LIBRARY_PATH is '"
            + folders
            + "', which has no "
            + library
            + "; name the folder of a libtorch, or unset it");
  }

  private static boolean isSet(String name) {
    String variable = System.getenv(name);
    return (variable != null && !variable.isEmpty()) || System.getProperty(name) != null;
  }

  private static Stream<Path> folder(String name) {
    boolean usable = name != null && Path.of(name).isAbsolute() && Files.isDirectory(Path.of(name));
    return usable ? Stream.of(Path.of(name)) : Stream.empty();
  }

  /** An image of a container may have filled it for users who cannot write there. */
  private static boolean isFilled(Path cache) {
    return Files.isDirectory(cache.resolve("pytorch"));
  }

  /** A folder that nobody else can have prepared: what lies in it is run. */
  private static Path ofUser() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      Path trial = Files.createTempFile(temporary, "varve-", ".tmp");
      Object user;
      try {
        user = Files.getAttribute(trial, "unix:uid");
      } finally {
        Files.delete(trial);
      }
      Path folder = temporary.resolve("varve-" + user);
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      boolean isOwn =
          Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
              && Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user)
              && PosixFilePermissions.toString(
                      Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS))
                  .equals("rwx------");
      if (!isOwn) {
        throw new IllegalArgumentException(
            folder + ": is not a folder of this user alone; name another place by " + KEY);
      }
      return folder;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FileFault.line(temporary, "cannot hold a copy of libtorch", e)
              + ". There is no home folder either; name a place by "
              + KEY
              + ".",
          e);
    }
  }
}
