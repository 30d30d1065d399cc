package io.varve.app.bundle;

import io.varve.inference.file.HomePath;
import io.varve.inference.file.OutputFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The file that a command writes its pictures to as a sheet, or the folder for a file of each. */
final class PicturesOption {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.png|FOLDER/",
      description =
          "The sheet to write; or a new or empty folder, its name ending in '/', for one file per picture.",
      converter = Converter.class)
  Place place;

  /**
   * Checks, before anything is drawn, that the pictures can be written.
   *
   * @throws IllegalArgumentException one line: why they cannot
   */
  void require() {
    if (place.folder) {
      PictureFolder.make(place.path);
    } else {
      OutputFile.require(place.path);
    }
  }

  /**
   * Where pictures go.
   *
   * @param folder whether it is a folder
   */
  record Place(Path path, boolean folder) {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** Takes names that end in .png for files, and folders and names that end in '/' for folders. */
  static final class Converter implements ITypeConverter<Place> {
    @Override
    public Place convert(String value) {
      Path path = HomePath.of(value);
      if (value.endsWith("/") || value.endsWith("\\") || Files.isDirectory(path)) {
        return new Place(path, true);
      }
      if (!value.toLowerCase(Locale.ROOT).endsWith(".png")) {
        throw new TypeConversionException(
            "'%s': pictures are written as PNG; end the name in .png, or in / for one file per picture"
                .formatted(value));
      }
      return new Place(path, false);
    }
  }
}
