package io.varve.app.bundle;

import io.varve.app.option.DataOptions;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.bundle.Aside;
import io.varve.inference.bundle.Manifest;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.training.Experiment;
import io.varve.training.data.Images;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import io.varve.training.data.set.WrongSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
    Optional<String> wrong = WrongSize.of(split, "the bundle takes", manifest.data().shape());
    if (wrong.isPresent()) {
      throw new IllegalArgumentException("--data: " + wrong.get());
    }
    return split;
  }

  /**
   * Opens the images while the graphs of the bundle are opened; either takes a while.
   *
   * @throws IllegalArgumentException if they cannot be read or do not have the bundle's shape
   */
  public static Split open(Bundle bundle, DataOptions options) {
    Aside<Split> images = new Aside<>("varve-images", () -> open(bundle.manifest(), options));
    bundle.load();
    return images.result();
  }

  private static Splits opened(Experiment.Data data) {
    Splits splits = data.open();
    splits.notes().forEach(note -> Output.say("note: %s", note));
    return splits;
  }

  /**
   * All images of a folder of PNG or JPEG files, or the one of a file.
   *
   * @param option that names it, for messages
   * @param channels 1 or 3
   */
  public static Split folder(String option, Path folder, int channels) {
    DataOptions.requireThere(option, folder);
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
