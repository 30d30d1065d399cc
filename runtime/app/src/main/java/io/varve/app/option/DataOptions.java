package io.varve.app.option;

import io.varve.inference.file.HomePath;
import io.varve.inference.file.Printable;
import io.varve.report.metrics.DataPart;
import io.varve.training.data.Chosen;
import io.varve.training.data.Source;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The images that a command reads. */
public final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "PLACE",
      description =
          "A folder of images or one image, all of which is used; of a folder with the parts train and test, one part. Without it: data.path of the model file.")
  private String data;

  @Option(
      names = "--split",
      description = "Which part of a data set that has two: train or test (default: test).")
  private DataPart part;

  @Option(names = "--images", paramLabel = "N", description = "Use only the first N images.")
  private Integer images;

  private DataPart usual = DataPart.TEST;

  /** As these options would be, but that without {@code --split} the training images are meant. */
  public static DataOptions training(String data, DataPart part) {
    DataOptions options = new DataOptions();
    options.data = data;
    options.part = part;
    options.usual = DataPart.TRAIN;
    return options;
  }

  /**
   * The images that are handed in by {@code --data}, if any are; says on standard error what of
   * them is left out.
   *
   * @param source where the model's training images came from
   * @param channels of the model's images
   */
  public Optional<Split> handedIn(Source source, int channels) {
    if (data == null) {
      return Optional.empty();
    }
    requireThere("--data", HomePath.of(data));
    Source handedIn = source.handedIn(data, channels);
    return Optional.of(limited(said(handedIn.chosen(Optional.ofNullable(part), usual))));
  }

  /**
   * Refuses a place that an option names and nothing is at.
   *
   * @throws IllegalArgumentException then, in one line
   */
  public static void requireThere(String option, Path place) {
    if (!Files.exists(place)) {
      String whole = place.isAbsolute() ? "" : " at " + place.toAbsolutePath().normalize();
      throw new IllegalArgumentException(
          Printable.of(
              "%s: %s: no such file or folder%s; check it".formatted(option, place, whole)));
    }
  }

  /** The images, after what is to be said of them on standard error. */
  public static Split said(Chosen chosen) {
    chosen.notes().forEach(note -> Output.say("note: %s", note));
    return chosen.images();
  }

  /** Selects the images from an opened data set. */
  public Split of(Splits splits) {
    return limited(splits.part(part == null ? usual : part));
  }

  private Split limited(Split split) {
    if (images != null && images < 1) {
      throw new IllegalArgumentException("--images: must be at least 1, not " + images);
    }
    return images == null ? split : split.first(images);
  }
}
