package io.varve.training.data;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Printable;
import io.varve.training.data.set.Item;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds the pictures below a folder, links followed, and counts what it leaves out. */
final class PictureFolder {
  private static final Set<String> READ = Set.of("png", "jpg", "jpeg", "jpe", "jfif");

  /** Pictures that nothing here reads: to pass them over would be to train on a part. */
  private static final Set<String> NOT_READ =
      Set.of(
          "avif", "bmp", "gif", "heic", "heif", "j2k", "jp2", "jxl", "pbm", "pgm", "pnm", "ppm",
          "tif", "tiff", "webp");

  /** What other systems lay beside files. */
  private static final Set<String> SYSTEM =
      Set.of("__macosx", "thumbs.db", "desktop.ini", "@eadir", "lost+found");

  private final LeftOut leftOut;
  private final List<PictureFile> found = new ArrayList<>();
  private final List<String> notRead = new ArrayList<>();
  private final Deque<Path> above = new ArrayDeque<>();

  private PictureFolder(LeftOut leftOut) {
    this.leftOut = leftOut;
  }

  /**
   * The pictures below a folder, one or more, in the order of their names.
   *
   * @param prefix stands before all names: "" or a folder's name and {@code /}
   * @param leftOut hears what is left out
   * @throws IllegalArgumentException one line, if there are none, the folder cannot be listed, or a
   *     picture is of a kind that is not read
   */
  static List<PictureFile> pictures(Path folder, String prefix, LeftOut leftOut) {
    String shown = Printable.of(folder.toString());
    if (isOwn(folder)) {
      throw new IllegalArgumentException(
          "%s: is a run or a bundle of Varve, expected a folder of pictures; check data.path or --data"
              .formatted(shown));
    }
    PictureFolder walk = new PictureFolder(leftOut);
    walk.enter(folder, prefix);
    if (!walk.notRead.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: holds pictures of kinds that are not read: %d, such as %s; convert them to PNG or JPEG, or move them away"
              .formatted(shown, walk.notRead.size(), Printable.of(walk.notRead.get(0))));
    }
    if (walk.found.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected .png, .jpg or .jpeg files, found none%s; check data.path or --data"
              .formatted(shown, leftOut.line(folder).map(line -> " (" + line + ")").orElse("")));
    }
    walk.found.sort(PictureFile.ORDER);
    return List.copyOf(walk.found);
  }

  /** A single picture's file, named as it is. */
  static PictureFile single(Path file) {
    try {
      return new PictureFile(file, new Item(PortableName.of(file), Files.size(file)));
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    }
  }

  /** What is in a folder, in the order of names. */
  static List<Path> list(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      all.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw FileFault.unreadable(folder, e.getCause());
    } catch (IOException e) {
      throw FileFault.unreadable(folder, e);
    }
    entries.sort(Comparator.comparing(PortableName::of));
    return entries;
  }

  /** Whether a file has the suffix of a picture that is read. */
  static boolean isPicture(Path file) {
    return READ.contains(suffix(PortableName.of(file)));
  }

  /** Whether people do not see a file of this name, or do not know that it is there. */
  static boolean isHidden(String name) {
    return name.startsWith(".") || SYSTEM.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether Varve wrote this folder: a run, or a bundle. */
  static boolean isOwn(Path folder) {
    return Files.exists(folder.resolve("run.json"))
        || Files.exists(folder.resolve("run.lock"))
        || (Files.exists(folder.resolve("manifest.json"))
            && list(folder).stream().anyMatch(file -> file.toString().endsWith(".onnx")));
  }

  private void enter(Path folder, String prefix) {
    try {
      Path real = folder.toRealPath();
      if (above.contains(real)) {
        leftOut.circle(prefix);
        return;
      }
      above.push(real);
      for (Path entry : list(folder)) {
        take(entry, prefix + PortableName.of(entry));
      }
      above.pop();
    } catch (IOException e) {
      throw FileFault.unreadable(folder, e);
    }
  }

  private void take(Path entry, String name) throws IOException {
    if (isHidden(PortableName.of(entry))) {
      leftOut.hidden(name);
    } else if (Files.isDirectory(entry)) {
      if (isOwn(entry)) {
        leftOut.own(name);
      } else {
        enter(entry, name + "/");
      }
    } else if (READ.contains(suffix(name))) {
      found.add(new PictureFile(entry, new Item(name, size(entry))));
    } else if (NOT_READ.contains(suffix(name))) {
      notRead.add(name);
    } else {
      leftOut.other(name);
    }
  }

  private static long size(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new IOException("it is a pipe or a device, not a file");
      }
      return attributes.size();
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    }
  }

  private static String suffix(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
