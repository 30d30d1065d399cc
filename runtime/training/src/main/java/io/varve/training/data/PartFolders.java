package io.varve.training.data;

import io.varve.inference.file.Printable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The subfolders of a data set that are its two parts, whatever the case of their names.
 *
 * @param train with the training images
 * @param test with the test images
 */
record PartFolders(Path train, Path test) {
  private static final Set<String> TRAIN = Set.of("train", "training");
  private static final Set<String> TEST = Set.of("test", "testing");
  private static final Set<String> VALIDATION = Set.of("val", "valid", "validation");

  /**
   * The parts of a folder, if it has subfolders of such names. Where it has validation images but
   * no test images, these are the test images.
   *
   * @param leftOut hears what stands beside them
   * @throws IllegalArgumentException if there is one part without the other, or one part twice
   */
  static Optional<PartFolders> in(Path folder, LeftOut leftOut) {
    List<Path> entries = PictureFolder.list(folder);
    Optional<Path> train = one(folder, entries, TRAIN);
    Optional<Path> test = one(folder, entries, TEST).or(() -> one(folder, entries, VALIDATION));
    if (train.isPresent() != test.isPresent()) {
      String found = PortableName.of(train.or(() -> test).orElseThrow());
      throw new IllegalArgumentException(
          "%s: expected both train/ and test/ or neither, found only %s/; add the other or rename it"
              .formatted(Printable.of(folder.toString()), Printable.of(found)));
    }
    if (train.isEmpty()) {
      return Optional.empty();
    }
    PartFolders parts = new PartFolders(train.get(), test.get());
    for (Path entry : entries) {
      if (!entry.equals(parts.train) && !entry.equals(parts.test)) {
        leftOut.beside(PortableName.of(entry));
      }
    }
    return Optional.of(parts);
  }

  /** Whether a folder has both parts. */
  static boolean areIn(Path folder) {
    List<Path> entries = PictureFolder.list(folder);
    return one(folder, entries, TRAIN).isPresent()
        && one(folder, entries, TEST).or(() -> one(folder, entries, VALIDATION)).isPresent();
  }

  private static Optional<Path> one(Path folder, List<Path> entries, Set<String> names) {
    List<Path> found =
        entries.stream()
            .filter(entry -> names.contains(PortableName.of(entry).toLowerCase(Locale.ROOT)))
            .filter(Files::isDirectory)
            .toList();
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "%s: has %s, which mean the same part; put them together in one folder"
              .formatted(
                  Printable.of(folder.toString()),
                  found.stream().map(PortableName::of).map(Printable::of).toList()));
    }
    return found.stream().findFirst();
  }
}
