package io.varve.app.option;

import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The images that a command reads. */
public final class DataOptions {
  /** The two parts of a data set. */
  public enum Part {
    TRAIN,
    TEST
  }

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the data set (default: data.path of the model file).")
  private String data;

  @Option(
      names = "--split",
      defaultValue = "test",
      description = "Which images: train or test (default: ${DEFAULT-VALUE}).")
  private Part part;

  @Option(names = "--images", paramLabel = "N", description = "Use only the first N images.")
  private Integer images;

  /** All images of a part of a data set. */
  public static DataOptions of(String data, Part part) {
    DataOptions options = new DataOptions();
    options.data = data;
    options.part = part;
    return options;
  }

  /** The folder, if one is given. */
  public Optional<String> folder() {
    return Optional.ofNullable(data);
  }

  /** Selects the images from an opened data set. */
  public Split of(Splits splits) {
    if (images != null && images < 1) {
      throw new IllegalArgumentException("--images: must be at least 1, not " + images);
    }
    Split split = part == Part.TRAIN ? splits.train() : splits.test();
    return images == null ? split : split.first(images);
  }
}
