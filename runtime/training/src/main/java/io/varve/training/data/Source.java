package io.varve.training.data;

import io.varve.spi.Named;
import io.varve.training.data.set.Splits;

/** Where images come from: a record whose components are the keys of {@code data} in YAML. */
public sealed interface Source permits Idx, Cifar10, Images, Strokes, Density {
  /**
   * Finds, checks and opens the training and the test images.
   *
   * @throws IllegalArgumentException if a file is missing or malformed: one line that names it,
   *     what was expected and what was found
   */
  Splits open();

  /**
   * The same source, its files in another folder.
   *
   * @throws IllegalArgumentException if the source has no files
   */
  default Source at(String path) {
    throw new IllegalArgumentException(
        "%s: data of type '%s' are built in and read no folder; drop --data or change data.type"
            .formatted(path, getClass().getAnnotation(Named.class).value()));
  }
}
