package io.varve.app.bundle;

import io.varve.app.option.BundleOptions;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws images from a bundle into one PNG. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Draws images from a bundle and writes them as one PNG grid.")
public final class GenerateCommand implements Callable<Integer> {
  @Mixin private BundleOptions options;
  @Mixin private Output output;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many images (default: 64).")
  private int count;

  @Mixin private PictureOption picture;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      description = "Scales the noise; below 1 gives more typical images (default: 1).")
  private float temperature;

  @Option(names = "--draw", description = "Show drawn pixels instead of expected ones.")
  private boolean draw;

  @Override
  public Integer call() {
    picture.require();
    try (Bundle bundle = options.open()) {
      long start = System.nanoTime();
      Map<String, Tensor> values = bundle.generate(count, options.seed, temperature);
      double seconds = (System.nanoTime() - start) * 1e-9;
      Tensor pixels = values.get(draw ? "pixels" : "pixels.mean");
      BundlePictures.sheet(pixels).write(picture.file);
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("images", count);
      results.put("seed", options.seed);
      results.put("device", bundle.device());
      results.put("images_per_second", count / seconds);
      Convergence.addTo(results, values);
      results.put("out", picture.file.toString());
      output.results(results);
      return 0;
    }
  }
}
