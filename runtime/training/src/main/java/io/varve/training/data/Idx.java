package io.varve.training.data;

import io.varve.inference.file.HomePath;
import io.varve.report.metrics.DataPart;
import io.varve.spi.Named;
import io.varve.training.data.set.InMemory;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * MNIST and its kin: {@code train-images-idx3-ubyte} and {@code t10k-images-idx3-ubyte} (LeCun,
 * Cortes and Burges), plain or gzipped; {@code idx4} in place of {@code idx3} holds [N, C, H, W].
 *
 * @param path the folder that has both files
 */
@Named(value = "idx", examples = "{path: data/mnist}")
public record Idx(String path) implements Source {
  /** "Two zero bytes, a type (8: unsigned byte), the number of dimensions". */
  private static final int MAGIC = 0x0800;

  private static final Pattern FILES = Pattern.compile("(?:train|t10k)-images[-.]idx[34]-ubyte");

  /** Checks the keys. */
  public Idx {
    DataFolder.check(path);
  }

  @Override
  public Splits open() {
    return new Splits(part(DataPart.TRAIN), part(DataPart.TEST));
  }

  @Override
  public boolean isAt(Path place) {
    return Files.isDirectory(place)
        ? folder(new DataFolder(place)).has(FILES)
        : !PictureFolder.isPicture(place);
  }

  @Override
  public Chosen chosen(Optional<DataPart> part, DataPart usual) {
    Path place = HomePath.of(path);
    return Files.isRegularFile(place)
        ? new Chosen(read(place), List.of())
        : Chosen.part(path, part, usual, this::part);
  }

  private Split part(DataPart part) {
    String start = part == DataPart.TRAIN ? "train-images" : "t10k-images";
    DataFolder folder = folder(new DataFolder(path));
    return read(
        folder.one(
            Stream.of("-idx3-ubyte", "-idx4-ubyte", ".idx3-ubyte", ".idx4-ubyte")
                .map(end -> start + end)
                .toArray(String[]::new)));
  }

  /** Where torchvision puts the files of a data set: below its name, in {@code raw}. */
  private static DataFolder folder(DataFolder given) {
    return given.orBelow(FILES, "raw", "*/raw");
  }

  @Override
  public Optional<String> folder() {
    return Optional.of(path);
  }

  @Override
  public Idx at(String folder) {
    return new Idx(folder);
  }

  private static Split read(Path file) {
    int dimensions = PortableName.of(file).contains("idx4") ? 4 : 3;
    try (DataFile in = new DataFile(file)) {
      int magic = in.int32("header");
      if (magic != (MAGIC | dimensions)) {
        throw in.error(
            "expected magic number 0x%08x (unsigned bytes, %d dimensions), found 0x%08x"
                .formatted(MAGIC | dimensions, dimensions, magic));
      }
      int count = dimension(in, "images");
      int channels = dimensions == 4 ? dimension(in, "channels") : 1;
      int height = dimension(in, "rows");
      int width = dimension(in, "columns");
      long imageBytes = product(in, product(in, channels, height), width);
      long bytes = product(in, count, imageBytes);
      ByteBuffer pixels = in.bytes(bytes, "pixels");
      in.end(bytes + (1L + dimensions) * Integer.BYTES);
      return new InMemory(new int[] {channels, height, width}, pixels);
    }
  }

  private static int dimension(DataFile in, String what) {
    int value = in.int32("header");
    if (value < 1) {
      throw in.error("expected a positive number of %s, found %d".formatted(what, value));
    }
    return value;
  }

  private static long product(DataFile in, long a, long b) {
    if (a > Integer.MAX_VALUE / b) {
      throw in.error(
          "expected at most %d bytes of pixels, found more".formatted(Integer.MAX_VALUE));
    }
    return a * b;
  }
}
