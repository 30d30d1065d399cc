package io.varve.training.data;

import io.varve.inference.file.HomePath;
import io.varve.report.metrics.DataPart;
import io.varve.spi.Named;
import io.varve.training.data.set.Splits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where images come from: a record whose components are the keys of {@code data} in YAML. */
public sealed interface Source permits Idx, Cifar10, Images, Strokes, Density {
  /**
   * Finds, checks and opens the training and the test images.
   *
   * @throws IllegalArgumentException if a file is missing or malformed: one line that names it,
   *     what was expected and what was found
   */
  Splits open();

  /** The folder of its files, as the model file has it; none where there are no files. */
  default Optional<String> folder() {
    return Optional.empty();
  }

  /** Whether its files are at a place: in a folder, or a file that holds images of its kind. */
  default boolean isAt(Path place) {
    return false;
  }

  /**
   * Images that were handed in: all there are, or where they are in two parts, one of these.
   *
   * @param part the part that is asked for
   * @param usual the part of two where none is asked for
   * @throws IllegalArgumentException as {@link #open} does
   */
  default Chosen chosen(Optional<DataPart> part, DataPart usual) {
    Splits splits = open();
    return new Chosen(splits.part(part.orElse(usual)), splits.notes());
  }

  /**
   * Images that were handed in to a model that was trained on this source. They need not be of its
   * kind: pictures fit every model.
   *
   * @param path a folder, or a file
   * @param channels of the model's images
   * @return the source, to choose from
   */
  default Source handedIn(String path, int channels) {
    Path place = HomePath.of(path);
    return this instanceof Images || (Files.exists(place) && isAt(place))
        ? at(path)
        : Images.of(path, channels);
  }

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
