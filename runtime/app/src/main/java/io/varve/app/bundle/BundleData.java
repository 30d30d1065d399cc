package io.varve.app.bundle;

import io.varve.app.option.DataOptions;
import io.varve.inference.bundle.Manifest;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.training.Experiment;
import io.varve.training.data.set.Split;
import java.util.Arrays;
import java.util.List;

/** Images for a bundle: its model file says how to read them, and needs no plug-in for that. */
public final class BundleData {
  private BundleData() {}

  /**
   * Opens the images that the options ask for.
   *
   * @throws IllegalArgumentException if they are not to be had, or not of the bundle's shape
   */
  public static Split open(Manifest manifest, DataOptions options) {
    YamlText yaml = YamlText.of(manifest.name() + "'s model file", manifest.yaml()).at("data");
    options.folder().ifPresent(folder -> yaml.set("path", folder));
    Binder binder = new Binder(Catalog.of(List.of()));
    Split split = options.of(binder.bind(yaml, Experiment.Data.class).open());
    long[] wanted = manifest.data().shape().stream().mapToLong(Long::longValue).toArray();
    long[] found = Arrays.stream(split.shape()).asLongStream().toArray();
    if (!Arrays.equals(wanted, found)) {
      throw new IllegalArgumentException(
          "--data: images are %s, the bundle takes %s [channels, height, width]"
              .formatted(Arrays.toString(found), Arrays.toString(wanted)));
    }
    return split;
  }

  /** Reads images {@code from} to {@code to}, end to end. */
  public static byte[] read(Split split, int from, int to) {
    byte[] images = new byte[Math.multiplyExact(to - from, split.imageBytes())];
    for (int i = from; i < to; i++) {
      split.read(i, images, (i - from) * split.imageBytes());
    }
    return images;
  }
}
