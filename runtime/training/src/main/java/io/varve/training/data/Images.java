package io.varve.training.data;

import io.varve.inference.image.Pixels;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.training.data.set.Order;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of PNG and JPEG files, searched in depth and sorted by path; decoded when read. Its
 * subfolders {@code train} and {@code test} are the two parts, or else a random part is the test
 * set.
 *
 * @param path the folder
 * @param size height and width after resizing; 0 keeps those of the files
 * @param crop the window [left, top, width, height] in pixels, cut out before resizing; [] is all
 * @param square cuts out the largest square in the middle before resizing, in place of a crop
 * @param channels 3 for colour, 1 for luma (ITU-R BT.601)
 * @param testFraction the part that is the test set where there are no subfolders, in (0, 1)
 * @param seed chooses that part
 */
@Named(value = "images", examples = "{path: data/celeba, crop: [15, 40, 148, 148], size: 64}")
public record Images(
    String path,
    @Default("0") int size,
    @Default("[]") List<Integer> crop,
    @Default("false") boolean square,
    @Default("3") int channels,
    @Default("0.1") double testFraction,
    @Default("0") long seed)
    implements Source {

  /** Checks the keys. */
  public Images {
    DataFolder.check(path);
    crop = List.copyOf(crop);
    if (size < 0) {
      throw new IllegalArgumentException(
          "size must be at least 1, or 0 for the size of the files, found " + size);
    }
    if (!crop.isEmpty() && !isWindow(crop)) {
      throw new IllegalArgumentException(
          "crop must be [left, top, width, height] in pixels, found " + crop);
    }
    if (size > 0 && !crop.isEmpty() && !crop.get(2).equals(crop.get(3))) {
      throw new IllegalArgumentException(
          "crop must be square where size is given, found %s".formatted(crop));
    }
    if (square && !crop.isEmpty()) {
      throw new IllegalArgumentException(
          "square cuts out the middle itself, but crop is %s; leave one of them out"
              .formatted(crop));
    }
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("channels must be 1 or 3, found " + channels);
    }
    if (!(testFraction > 0 && testFraction < 1)) {
      throw new IllegalArgumentException(
          "test-fraction must be above 0 and below 1, found " + testFraction);
    }
  }

  private static boolean isWindow(List<Integer> crop) {
    return crop.size() == 4
        && Math.min(crop.get(0), crop.get(1)) >= 0
        && Math.min(crop.get(2), crop.get(3)) >= 1;
  }

  @Override
  public Splits open() {
    Path folder = new DataFolder(path).path();
    boolean train = Files.isDirectory(folder.resolve("train"));
    boolean test = Files.isDirectory(folder.resolve("test"));
    if (train != test) {
      throw new IllegalArgumentException(
          "%s: expected both train/ and test/ or neither, found only %s/; add the other or rename it"
              .formatted(path, train ? "train" : "test"));
    }
    if (train) {
      List<Path> training = files(folder.resolve("train"));
      int[] shape = shape(training.get(0));
      return new Splits(
          new ImageFiles(training, this, shape),
          new ImageFiles(files(folder.resolve("test")), this, shape));
    }
    return part(folder, files(folder));
  }

  @Override
  public Images at(String folder) {
    return new Images(folder, size, crop, square, channels, testFraction, seed);
  }

  /**
   * Every image of the folder, one or more, in the order of their paths.
   *
   * @throws IllegalArgumentException as {@link #open} does
   */
  public Split all() {
    List<Path> files = files(new DataFolder(path).path());
    return new ImageFiles(files, this, shape(files.get(0)));
  }

  private Splits part(Path folder, List<Path> files) {
    if (files.size() < 2) {
      throw new IllegalArgumentException(
          folder + ": expected at least 2 images, one to train and one to test, found 1");
    }
    int tests = (int) Math.round(files.size() * testFraction);
    int cut = files.size() - Math.max(1, Math.min(files.size() - 1, tests));
    int[] order = Order.of(files.size(), seed, 0);
    int[] shape = shape(files.get(0));
    return new Splits(
        new ImageFiles(pick(files, order, 0, cut), this, shape),
        new ImageFiles(pick(files, order, cut, order.length), this, shape));
  }

  private static List<Path> pick(List<Path> files, int[] order, int from, int to) {
    return IntStream.range(from, to).map(i -> order[i]).sorted().mapToObj(files::get).toList();
  }

  /**
   * The shape every image must have; reads the first one, so that wrong keys are reported at once.
   */
  private int[] shape(Path first) {
    Pixels picture = DecodedImage.read(first, this);
    return new int[] {channels, picture.height(), picture.width()};
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> files =
          all.filter(Images::isImage)
              .sorted(
                  Comparator.comparing(
                      file -> folder.relativize(file).toString().replace('\\', '/')))
              .toList();
      if (files.isEmpty()) {
        throw new IllegalArgumentException(
            folder + ": expected .png, .jpg or .jpeg files, found none; check data.path or --data");
      }
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw new IllegalArgumentException(folder + ": cannot be listed (" + e + ")", e);
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".")
        && (name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg"))
        && Files.isRegularFile(file);
  }
}
