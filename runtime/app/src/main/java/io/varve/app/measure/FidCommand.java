package io.varve.app.measure;

import io.varve.app.option.DeviceOption;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import io.varve.training.data.set.Split;
import io.varve.training.fid.Extractor;
import io.varve.training.fid.Gaussian;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the distance between generated and real images in the features of a network. */
@Command(
    name = "fid",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the Fréchet distance between real images and those of a bundle or a folder.",
      "The features come from your own ONNX file; none is shipped. Compare results only for the same n and the same extractor."
    })
public final class FidCommand implements Callable<Integer> {
  @Mixin private DeviceOption device;
  @Mixin private Output output;
  @Mixin private FidOptions options;

  @Parameters(
      paramLabel = "BUNDLE|FOLDER",
      description = "A bundle, or a folder of PNG or JPEG files.")
  private Path target;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many images to measure (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "The seed of the generated images (default: 1).")
  private long seed;

  @Option(names = "--mean", description = "Measure expected pixels instead of drawn ones.")
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
    Split split = FidOptions.folder("FOLDER", target).first(count);
    return results(real, options.moments(extractor, split), extractor);
  }

  private static Split noModelFile() {
    throw new IllegalArgumentException(
        "--images or --statistics: a folder has no model file that names the real images; give one of the two");
  }

  private Map<String, Object> bundle(Extractor extractor, InferenceOptions running) {
    try (Bundle bundle = Bundle.open(target, running)) {
      Gaussian real = options.real(extractor, () -> options.data(bundle.manifest()));
      return results(real, generated(bundle, extractor), extractor);
    }
  }

  /** The statistics of generated images, rounded as a PNG would round them. */
  private Gaussian generated(Bundle bundle, Extractor extractor) {
    int[] shape = bundle.manifest().data().shape().stream().mapToInt(Long::intValue).toArray();
    return options.moments(
        extractor,
        count,
        shape,
        (from, to) -> {
          Map<String, Tensor> drawn = bundle.generate(to - from, seed, 1, from);
          return drawn.get(mean ? "pixels.mean" : "pixels").bytes(1);
        });
  }

  private static Map<String, Object> results(Gaussian real, Gaussian other, Extractor extractor) {
    long fewest = Math.min(real.count(), other.count());
    if (fewest <= real.size()) {
      Output.say(
          "note: %d images for %d features: the covariance is singular and the bias is large",
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
