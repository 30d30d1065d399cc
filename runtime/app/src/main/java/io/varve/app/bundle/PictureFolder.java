package io.varve.app.bundle;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Folders;
import io.varve.report.picture.PictureBatch;
import io.varve.report.picture.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A folder with one file per picture, by number ({@code 000000.png}) or by name. */
final class PictureFolder {
  private final Path folder;
  private long count;

  private PictureFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder.
   *
   * @throws IllegalArgumentException if it cannot be made, or has files in it
   */
  static PictureFolder make(Path folder) {
    try {
      Folders.make(folder);
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new IllegalArgumentException(
              folder + ": has files in it, expected a new or empty folder for the pictures");
        }
      }
      return new PictureFolder(folder);
    } catch (IOException e) {
      throw FileFault.unwritable(folder, e);
    }
  }

  /** Writes the pictures of a batch after those that are there, by number. */
  void add(PictureBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      write(name(count), batch.picture(i));
      count++;
    }
  }

  /**
   * Writes the pictures of a batch by the names of files that they are made from.
   *
   * @param names of as many, such as {@code a/b.jpg}, which gives {@code a/b.jpg.png}
   */
  void add(PictureBatch batch, List<String> names) {
    for (int i = 0; i < batch.count(); i++) {
      String name = names.get(i);
      boolean png = name.toLowerCase(Locale.ROOT).endsWith(".png");
      write(png ? name : name + ".png", batch.picture(i));
    }
  }

  private void write(String name, Png picture) {
    Path file = folder.resolve(name);
    try {
      Folders.make(file.getParent());
      Files.write(file, picture.bytes(), StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  /** At least six digits, the same in every locale. */
  private static String name(long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, 6 - digits.length())) + digits + ".png";
  }
}
