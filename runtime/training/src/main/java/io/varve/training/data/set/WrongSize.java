package io.varve.training.data.set;

import io.varve.inference.file.Printable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Says how the first image of a split differs from what is needed. */
public final class WrongSize {
  private WrongSize() {}

  /**
   * What is wrong, if the images have another shape: by name and as width x height where they are
   * files, and what to do.
   *
   * @param needs who needs it, as {@code the bundle takes}
   * @param shape the shape that is needed, [C, H, W]
   */
  public static Optional<String> of(Split images, String needs, List<Long> shape) {
    List<Long> found = Arrays.stream(images.shape()).mapToObj(Long::valueOf).toList();
    if (found.equals(shape)) {
      return Optional.empty();
    } else if (images.items().isEmpty() || !found.get(0).equals(shape.get(0))) {
      return Optional.of(
          "images are " + found + ", " + needs + " " + shape + " [channels, height, width]");
    }
    String first = Printable.of(images.items().get(0).name());
    return Optional.of(
        first
            + " has "
            + pixels(found)
            + " pixels (width x height), "
            + needs
            + " "
            + pixels(shape)
            + "; resize or crop it, or move it away");
  }

  private static String pixels(List<Long> shape) {
    return shape.get(2) + " x " + shape.get(1);
  }
}
