package io.varve.training.data;

import io.varve.inference.file.HomePath;
import io.varve.inference.file.Printable;
import io.varve.inference.image.Pixels;
import io.varve.report.metrics.DataPart;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.training.data.set.Splits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A folder of PNG and JPEG files, searched in depth and sorted by name; decoded when read. Its
 * subfolders {@code train} and {@code test} are the two parts. Without them a file is a test image
 * if a hash of its name says so.
 *
 * @param path the folder
 * @param size height and width after resizing; 0 keeps those of the files
 * @param crop the window [left, top, width, height] in pixels, cut out before resizing; [] is all
 * @param square cuts out the largest square in the middle before resizing, in place of a crop
 * @param channels 3 for colour, 1 for luma (ITU-R BT.601)
 * @param testFraction the part that is the test set where there are no subfolders, in (0, 1), on
 *     average
 * @param seed goes into that hash
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
    LeftOut leftOut = new LeftOut();
    Optional<PartFolders> parts = PartFolders.in(folder, leftOut);
    List<List<PictureFile>> files =
        parts.isPresent()
            ? List.of(part(parts.get().train(), leftOut), part(parts.get().test(), leftOut))
            : drawn(folder, PictureFolder.pictures(folder, "", leftOut));
    int[] shape = shape(files.get(0).get(0));
    return new Splits(
        new ImageFiles(files.get(0), this, shape),
        new ImageFiles(files.get(1), this, shape),
        leftOut.line(folder).stream().toList());
  }

  @Override
  public Optional<String> folder() {
    return Optional.of(path);
  }

  @Override
  public Images at(String folder) {
    return new Images(folder, size, crop, square, channels, testFraction, seed);
  }

  /** The files of a folder as they are, in so many channels. */
  public static Images of(String path, int channels) {
    return new Images(path, 0, List.of(), false, channels, 0.1, 0);
  }

  @Override
  public Chosen chosen(Optional<DataPart> part, DataPart usual) {
    Path place = HomePath.of(path);
    if (Files.isRegularFile(place)
        || (part.isEmpty() && !PartFolders.areIn(new DataFolder(path).path()))) {
      return whole();
    }
    Splits splits = open();
    Chosen chosen = Chosen.part(path, part, usual, splits::part);
    List<String> notes = new ArrayList<>(chosen.notes());
    if (!PartFolders.areIn(new DataFolder(path).path())) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s: has no folders train and test; these are %d of its %d images, as the model's test-fraction divides them; without --split all are used",
              Printable.of(path),
              chosen.images().size(),
              splits.train().size() + splits.test().size()));
    }
    notes.addAll(splits.notes());
    return new Chosen(chosen.images(), notes);
  }

  /**
   * All images in the folder, whatever its subfolders, or the one of a file.
   *
   * @throws IllegalArgumentException as {@link #open} does
   */
  public Chosen whole() {
    Path place = HomePath.of(path);
    LeftOut leftOut = new LeftOut();
    List<PictureFile> files =
        Files.isRegularFile(place)
            ? List.of(PictureFolder.single(place))
            : PictureFolder.pictures(new DataFolder(path).path(), "", leftOut);
    return new Chosen(
        new ImageFiles(files, this, shape(files.get(0))), leftOut.line(place).stream().toList());
  }

  private static List<PictureFile> part(Path folder, LeftOut leftOut) {
    return PictureFolder.pictures(folder, PortableName.of(folder) + "/", leftOut);
  }

  /**
   * The training and the test images of a folder without such subfolders. A file's name alone says
   * where it belongs, so that another file never moves it. Each part has at least one: where no
   * name falls into it, the name next to it.
   */
  private List<List<PictureFile>> drawn(Path folder, List<PictureFile> files) {
    if (files.size() < 2) {
      throw new IllegalArgumentException(
          folder + ": expected at least 2 images, one to train and one to test, found 1");
    }
    Comparator<PictureFile> byPlace = Comparator.comparingDouble(file -> file.place(seed));
    PictureFile first = files.stream().min(byPlace).orElseThrow();
    PictureFile last = files.stream().max(byPlace).orElseThrow();
    Map<Boolean, List<PictureFile>> parts =
        files.stream()
            .collect(
                Collectors.partitioningBy(
                    file ->
                        file.equals(first)
                            || (!file.equals(last) && file.place(seed) < testFraction)));
    return List.of(parts.get(false), parts.get(true));
  }

  /**
   * The shape every image must have; reads the first one, so that wrong keys are reported at once.
   */
  private int[] shape(PictureFile first) {
    Pixels picture = DecodedImage.read(first.path(), this).pixels();
    return new int[] {channels, picture.height(), picture.width()};
  }
}
