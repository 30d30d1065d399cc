package io.varve.app.bundle;

import io.varve.app.option.DeviceOption;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import io.varve.report.picture.PictureBatch;
import io.varve.training.data.Images;
import io.varve.training.data.set.Split;
import io.varve.training.fid.Extractor;
import io.varve.training.fid.Gaussian;
import io.varve.training.fid.Moments;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures how far generated images are from real ones, in the features of a given network. */
@Command(
    name = "fid",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the Fréchet distance of a bundle's images, or of a folder's, from real ones.",
      "The features come from your ONNX file: none is shipped. Figures compare at equal n and extractor only."
    })
public final class FidCommand implements Callable<Integer> {
  @Mixin private DeviceOption device;
  @Mixin private Output output;
  @Mixin private FidOptions options;

  @Parameters(paramLabel = "BUNDLE|FOLDER", description = "What to measure: PNGs in a folder.")
  private Path target;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many images of it (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(names = "--seed", defaultValue = "1", description = "Of what is generated (default: 1).")
  private long seed;

  @Option(
      names = "--mean",
      description = "Measure expectations of the pixels instead of draws from them.")
  private boolean mean;

  @Override
  public Integer call() {
    options.check();
    if (count < 2) {
      throw new IllegalArgumentException("-n: " + count + ", expected at least 2");
    }
    boolean isBundle = Files.exists(target.resolve(Manifest.FILE));
    InferenceOptions running = device.options().withChunk(options.batch());
    try (Extractor extractor = options.extractor(running)) {
      Map<String, Object> results = isBundle ? bundle(extractor, running) : folder(extractor);
      output.results(results);
      return 0;
    }
  }

  private Map<String, Object> folder(Extractor extractor) {
    Gaussian real = options.real(extractor, FidCommand::noModelFile);
    return results(real, options.moments(extractor, images(target).first(count)), extractor);
  }

  private static Split noModelFile() {
    throw new IllegalArgumentException(
        "--images or --statistics: a folder of images has no model file that says what the real ones are; name them");
  }

  /** All images of a folder, in colour. */
  static Split images(Path folder) {
    return new Images(folder.toString(), 0, List.of(), false, 3, 0.5, 0).all();
  }

  private Map<String, Object> bundle(Extractor extractor, InferenceOptions running) {
    try (Bundle bundle = Bundle.open(target, running)) {
      Gaussian real = options.real(extractor, () -> options.data(bundle.manifest()));
      return results(real, generated(bundle, extractor), extractor);
    }
  }

  /** Images as a PNG would hold them, a batch at a time. */
  private Gaussian generated(Bundle bundle, Extractor extractor) {
    int[] shape = bundle.manifest().data().shape().stream().mapToInt(Long::intValue).toArray();
    Moments moments = null;
    for (int from = 0; from < count; from += options.batch()) {
      int some = Math.min(options.batch(), count - from);
      Tensor pixels = bundle.generate(some, seed, 1, from).get(mean ? "pixels.mean" : "pixels");
      Tensor features = extractor.features(PictureBatch.pixels(pixels.values()), shape);
      moments = moments == null ? new Moments((int) features.shape()[1]) : moments;
      moments.add(features.values());
    }
    return moments.gaussian();
  }

  private static Map<String, Object> results(Gaussian real, Gaussian other, Extractor extractor) {
    long fewest = Math.min(real.count(), other.count());
    if (fewest <= real.size()) {
      Output.say(
          "note: %d images for %d features: the covariance is singular, and the bias large",
          fewest, real.size());
    }
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("fid", real.distance(other));
    results.put("images", other.count());
    results.put("real_images", real.count());
    results.put("features", real.size());
    results.put("extractor_sha256", extractor.sha256());
    return results;
  }
}
