package io.varve.app.bundle;

import io.varve.inference.file.HomePath;
import io.varve.inference.file.OutputFile;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The file that a command writes its picture to. */
final class PictureOption {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.png",
      description = "The picture to write.",
      converter = PngFile.class)
  Path file;

  /**
   * Checks, before anything is drawn, that the picture can be written.
   *
   * @throws IllegalArgumentException one line: why it cannot
   */
  void require() {
    OutputFile.require(file);
  }

  /** Refuses names that do not end in .png. */
  static final class PngFile implements ITypeConverter<Path> {
    @Override
    public Path convert(String value) {
      if (!value.toLowerCase(Locale.ROOT).endsWith(".png")) {
        throw new TypeConversionException(
            "'%s': pictures are written as PNG; end the name in .png".formatted(value));
      }
      return HomePath.of(value);
    }
  }
}
