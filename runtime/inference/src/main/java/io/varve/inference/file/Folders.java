package io.varve.inference.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Folders as a whole. */
public final class Folders {
  private Folders() {}

  /**
   * Where a folder is or would be: without {@code .} and {@code ..}, at the end of all links.
   *
   * @throws IOException if links lead in a circle or may not be followed
   */
  public static Path place(Path folder) throws IOException {
    if (Files.exists(folder)) {
      return folder.toRealPath();
    }
    Path end = AtomicFile.target(folder);
    Path parent = end.getParent();
    boolean named = end.normalize().endsWith(end.getFileName());
    return named && Files.isDirectory(parent)
        ? parent.toRealPath().resolve(end.getFileName())
        : end.normalize();
  }

  /**
   * Makes a folder, and those that it lies in. One that is there already may be a link.
   *
   * @throws IOException which says what is in the way
   */
  public static void make(Path folder) throws IOException {
    Path there = folder;
    while (there != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    if (there != null && !Files.isDirectory(there)) {
      String what = Files.exists(there) ? "is a file" : "is a link that leads nowhere";
      throw new FileSystemException(
          folder.toString(), null, there + " " + what + ", expected a folder");
    }
    if (!folder.equals(there)) {
      Files.createDirectories(folder);
    }
  }

  /**
   * Deletes a folder and all that is in it. Links are deleted, not what they lead to.
   *
   * @throws IllegalArgumentException one line, if a file cannot be deleted
   */
  public static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw FileFault.undeletable(folder, e);
    }
  }

  /**
   * Deletes all but the last files of a series, which their names put in order. Files of other
   * names stay.
   *
   * @param series all names of the series
   * @param kept how many files stay
   * @throws IllegalArgumentException one line, if a file cannot be deleted
   */
  public static void keepLast(Path folder, Pattern series, int kept) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> ours =
          files.filter(f -> series.matcher(f.getFileName().toString()).matches()).sorted().toList();
      for (Path file : ours.subList(0, Math.max(0, ours.size() - kept))) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw FileFault.undeletable(folder, e);
    }
  }
}
