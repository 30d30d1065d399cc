package io.varve.app.bundle;

import io.varve.app.option.DataOptions;
import io.varve.app.option.Output;
import io.varve.inference.bundle.Manifest;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.training.Experiment;
import io.varve.training.data.Images;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Reads images for a bundle as its model file says; this needs no plug-ins. */
public final class BundleData {
  private BundleData() {}

  /**
   * Opens the images that the options ask for.
   *
   * @throws IllegalArgumentException if they cannot be read or do not have the bundle's shape
   */
  public static Split open(Manifest manifest, DataOptions options) {
    YamlText yaml = YamlText.of(manifest.name() + "'s model file", manifest.yaml()).at("data");
    Experiment.Data data = new Binder(Catalog.of(List.of())).bind(yaml, Experiment.Data.class);
    Split split =
        options
            .handedIn(data.source(), manifest.data().shape().get(0).intValue())
            .orElseGet(() -> options.of(opened(data)));
    long[] wanted = manifest.data().shape().stream().mapToLong(Long::longValue).toArray();
    long[] found = Arrays.stream(split.shape()).asLongStream().toArray();
    if (!Arrays.equals(wanted, found)) {
      throw new IllegalArgumentException(
          "--data: images are %s, the bundle takes %s [channels, height, width]"
              .formatted(Arrays.toString(found), Arrays.toString(wanted)));
    }
    return split;
  }

  private static Splits opened(Experiment.Data data) {
    Splits splits = data.open();
    splits.notes().forEach(note -> Output.say("note: %s", note));
    return splits;
  }

  /** All images of a folder of PNG or JPEG files, or the one of a file, with 1 or 3 channels. */
  public static Split folder(Path folder, int channels) {
    return DataOptions.said(Images.of(folder.toString(), channels).whole());
  }

  /** Reads images {@code from} to {@code to}, one after the other. */
  public static byte[] read(Split split, int from, int to) {
    byte[] images = new byte[Math.multiplyExact(to - from, split.imageBytes())];
    for (int i = from; i < to; i++) {
      split.read(i, images, (i - from) * split.imageBytes());
    }
    return images;
  }
}
