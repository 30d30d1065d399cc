package io.varve.app.bundle;

import io.varve.app.option.AtLeast;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.Tensor;
import io.varve.report.picture.PictureGrid;
import io.varve.training.data.set.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Keeps some variables of images and draws the others several times. */
@Command(
    name = "resample",
    mixinStandardHelpOptions = true,
    description = {
      "Keeps some variables of images, draws the others several times, and writes a PNG, one row per image.",
      "The first column is the image itself. What all draws share is held by the kept variables."
    })
public final class ResampleCommand implements Callable<Integer> {
  @Mixin private VariationOptions options;
  @Mixin private PictureOption picture;
  @Mixin private Output output;

  @Option(
      names = "--keep",
      paramLabel = "VARIABLES",
      split = ",",
      description = "The variables to keep, as y,u (default: the model's first latent).")
  private List<String> keep;

  @Option(
      names = "--draws",
      paramLabel = "N",
      defaultValue = "8",
      description = "Draws for each image (default: 8).")
  private int draws;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "6",
      description = "How many images (default: 6).")
  private int count;

  @Override
  public Integer call() {
    picture.require();
    try (Bundle bundle = options.bundle.open()) {
      Set<String> kept = VariationOptions.orFirstLatent(keep, bundle.manifest());
      Split split = BundleData.open(bundle.manifest(), options.data);
      int rows = Math.min(AtLeast.of(1, "-n", count), split.size());
      byte[] images = BundleData.read(split, 0, rows);
      Map<String, Tensor> values = options.of(bundle).resample(images, kept, draws);
      byte[] drawn = values.get("pixels.mean").bytes(1);
      List<String> header = new ArrayList<>(List.of("x"));
      List<byte[]> columns = new ArrayList<>(List.of(images));
      for (int draw = 0; draw < draws; draw++) {
        header.add("" + (draw + 1));
        columns.add(Arrays.copyOfRange(drawn, draw * images.length, (draw + 1) * images.length));
      }
      PictureGrid.table(
              new PictureGrid.Header(header, Set.of(1)),
              BundlePictures.rows(columns, bundle.manifest().data()))
          .write(picture.file);
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("kept", List.copyOf(kept));
      results.put("images", rows);
      results.put("draws", draws);
      results.put("pixel_deviation", deviation(columns.subList(1, columns.size())));
      results.put("seed", options.bundle.seed);
      results.put("out", picture.file.toString());
      output.results(results);
      return 0;
    }
  }

  /** The standard deviation of a pixel's draws: the root of the variance averaged over pixels. */
  private static double deviation(List<byte[]> draws) {
    double squares = 0;
    int pixels = draws.get(0).length;
    for (int i = 0; i < pixels; i++) {
      int at = i;
      double mean = draws.stream().mapToInt(draw -> draw[at] & 0xFF).average().orElseThrow();
      for (byte[] draw : draws) {
        squares += ((draw[i] & 0xFF) - mean) * ((draw[i] & 0xFF) - mean);
      }
    }
    return Math.sqrt(squares / pixels / draws.size());
  }
}
