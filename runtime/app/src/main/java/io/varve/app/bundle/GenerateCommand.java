package io.varve.app.bundle;

import io.varve.app.option.BundleOptions;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.Request;
import io.varve.inference.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws images from a bundle into one PNG, or into a file of each. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description =
        "Draws images from a bundle and writes them as one PNG grid, or one file per picture.")
public final class GenerateCommand implements Callable<Integer> {
  @Mixin private BundleOptions options;
  @Mixin private Output output;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many images (default: 64).")
  private int count;

  @Mixin private PicturesOption out;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      description = "Scales the noise; below 1 gives more typical images (default: 1).")
  private float temperature;

  @Option(names = "--draw", description = "Show drawn pixels instead of expected ones.")
  private boolean draw;

  @Override
  public Integer call() {
    out.require();
    try (Bundle bundle = options.open("generate")) {
      long start = System.nanoTime();
      Convergence convergence = out.place.folder() ? intoFolder(bundle) : intoSheet(bundle);
      double seconds = (System.nanoTime() - start) * 1e-9;
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("images", count);
      results.put("seed", options.seed);
      results.put("device", bundle.device());
      results.put("images_per_second", count / seconds);
      convergence.addTo(results);
      results.put("out", out.place.toString());
      output.results(results);
      return 0;
    }
  }

  private Request request() {
    return Request.of(options.seed).withTemperature(temperature);
  }

  private Tensor pixels(Map<String, Tensor> values) {
    return values.get(draw ? "pixels" : "pixels.mean");
  }

  private Convergence intoSheet(Bundle bundle) {
    Map<String, Tensor> values = bundle.generate(count, request());
    BundlePictures.sheet(pixels(values)).write(out.place.path());
    return new Convergence().add(values);
  }

  /** A chunk at a time, so that any number fits into memory. */
  private Convergence intoFolder(Bundle bundle) {
    BundlePictures.size(bundle.manifest().data().shape()); // before anything is made
    Convergence convergence = new Convergence();
    try (Stream<Map<String, Tensor>> chunks = bundle.stream(count, request())) {
      PictureFolder folder = PictureFolder.make(out.place.path());
      chunks.forEach(
          values -> {
            folder.add(BundlePictures.of(pixels(values)));
            convergence.add(values);
          });
    }
    return convergence;
  }
}
