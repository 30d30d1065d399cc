package io.varve.app.bundle;

import io.varve.app.option.AtLeast;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.Tensor;
import io.varve.report.picture.PictureGrid;
import io.varve.training.data.set.Split;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Interpolates between images through a latent variable. */
@Command(
    name = "interpolate",
    mixinStandardHelpOptions = true,
    description = {
      "Interpolates between pairs of images through a latent variable and writes a PNG, one row per pair.",
      "Infers the variable of both images, follows the great circle between the two values, and draws the rest with the same noise at every step. The outer columns are the images themselves."
    })
public final class InterpolateCommand implements Callable<Integer> {
  @Mixin private VariationOptions options;
  @Mixin private PictureOption picture;
  @Mixin private Output output;

  @Option(
      names = "--variable",
      paramLabel = "VARIABLES",
      split = ",",
      description = "The latents to interpolate (default: the model's first).")
  private List<String> variables;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "8",
      description = "Steps per pair, including both ends (default: 8).")
  private int steps;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "6",
      description = "How many pairs: images 1 and 2, 3 and 4, ... (default: 6).")
  private int count;

  @Override
  public Integer call() {
    picture.require();
    try (Bundle bundle = options.bundle.open()) {
      Set<String> walked = VariationOptions.orFirstLatent(variables, bundle.manifest());
      Split split = BundleData.open(bundle.manifest(), options.data);
      int pairs = Math.min(AtLeast.of(1, "-n", count), split.size() / 2);
      if (pairs == 0) {
        throw new IllegalArgumentException("--data: found 1 image, expected at least 2 for a pair");
      }
      byte[] images = BundleData.read(split, 0, 2 * pairs);
      byte[] from = every(images, split.imageBytes(), 0);
      byte[] to = every(images, split.imageBytes(), 1);
      List<byte[]> columns = new ArrayList<>(List.of(from));
      for (Map<String, Tensor> step : options.of(bundle).interpolate(from, to, walked, steps)) {
        columns.add(step.get("pixels.mean").bytes(1));
      }
      columns.add(to);
      PictureGrid.table(header(), BundlePictures.rows(columns, bundle.manifest().data()))
          .write(picture.file);
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("variables", List.copyOf(walked));
      results.put("pairs", pairs);
      results.put("steps", steps);
      results.put("seed", options.bundle.seed);
      results.put("out", picture.file.toString());
      output.results(results);
      return 0;
    }
  }

  private PictureGrid.Header header() {
    List<String> header = new ArrayList<>(List.of("from"));
    for (int step = 0; step < steps; step++) {
      header.add(String.format(Locale.ROOT, "%.2f", (double) step / (steps - 1)));
    }
    header.add("to");
    return new PictureGrid.Header(header, Set.of(1, steps + 1));
  }

  /** Every other image. */
  private static byte[] every(byte[] images, int bytes, int first) {
    ByteArrayOutputStream chosen = new ByteArrayOutputStream();
    for (int at = first * bytes; at < images.length; at += 2 * bytes) {
      chosen.write(images, at, bytes);
    }
    return chosen.toByteArray();
  }
}
