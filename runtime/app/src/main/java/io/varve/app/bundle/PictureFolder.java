package io.varve.app.bundle;

import io.varve.inference.file.FileFault;
import io.varve.report.picture.PictureBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** A folder with one file per picture, {@code 000000.png} and so on. */
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
      Files.createDirectories(folder);
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

  /** Writes the pictures of a batch after those that are there. */
  void add(PictureBatch batch) {
    for (int i = 0; i < batch.count(); i++) {
      Path file = folder.resolve(name(count));
      try {
        Files.write(file, batch.picture(i).bytes(), StandardOpenOption.CREATE_NEW);
      } catch (IOException e) {
        throw FileFault.unwritable(file, e);
      }
      count++;
    }
  }

  /** At least six digits, the same in every locale. */
  private static String name(long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, 6 - digits.length())) + digits + ".png";
  }
}
