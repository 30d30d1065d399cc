package io.varve.app;

import io.varve.inference.Bundle;
import io.varve.inference.Manifest;
import io.varve.inference.Tensor;
import io.varve.training.data.Split;
import io.varve.training.report.Grid;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends images through a carried set of variables and shows what comes back. */
@Command(
    name = "reconstruct",
    mixinStandardHelpOptions = true,
    description = {
      "Sends images through carried variables and writes a PNG.",
      "Infers the images, keeps the carried variables, draws the rest: originals above, reconstructions below."
    })
final class ReconstructCommand implements Callable<Integer> {
  @Mixin private BundleOptions options;
  @Mixin private DataOptions data;
  @Mixin private Output output;

  @Option(
      names = "--carry",
      paramLabel = "VARIABLES",
      split = ",",
      description = "The variables to keep, as u,z1; every latent and derived one unless given.")
  private List<String> carry;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "16",
      description = "How many (default: 16).")
  private int count;

  @Option(names = "--out", required = true, paramLabel = "FILE.png", description = "Where to.")
  private Path out;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      description = "Scales the noise of what is drawn (default: 1).")
  private float temperature;

  @Override
  public Integer call() {
    try (Bundle bundle = options.open()) {
      Manifest manifest = bundle.manifest();
      Set<String> carried = new LinkedHashSet<>(carry == null ? all(manifest) : carry);
      Split split = BundleData.open(manifest, data);
      byte[] images = BundleData.read(split, 0, Math.min(count, split.size()));
      Tensor pixels =
          bundle.reconstruct(images, carried, options.seed, temperature).get("pixels.mean");
      String label = "carried " + String.join(" ", carried);
      List<Grid.Row> rows =
          List.of(
              new Grid.Row("original", Pictures.of(images, manifest.data())),
              new Grid.Row(label, Pictures.of(pixels)));
      Grid.compare(rows, Math.min(count, 16)).write(out);
      output.results(results(manifest, carried, images, pixels));
      return 0;
    }
  }

  private Map<String, Object> results(
      Manifest manifest, Set<String> carried, byte[] images, Tensor pixels) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("carried", List.copyOf(carried));
    results.put("memory_ratio", memoryRatio(manifest, carried));
    results.put("psnr_db", psnr(images, pixels.values()));
    results.put("images", pixels.rows());
    results.put("out", out.toString());
    return results;
  }

  private static List<String> all(Manifest manifest) {
    return manifest.variables().stream()
        .filter(v -> !v.kind().equals("observed"))
        .map(Manifest.Variable::name)
        .toList();
  }

  /** Numbers carried over numbers in x (Gatopoulos and Tomczak, 2021, Figure 6). */
  private static double memoryRatio(Manifest manifest, Set<String> carried) {
    long kept =
        manifest.variables().stream()
            .filter(v -> carried.contains(v.name()))
            .mapToLong(v -> size(v.shape()))
            .sum();
    return (double) kept / size(manifest.data().shape());
  }

  private static long size(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Peak signal-to-noise ratio over all images, decibels. */
  private static double psnr(byte[] images, float[] pixels) {
    double squares = 0;
    for (int i = 0; i < images.length; i++) {
      double difference = (images[i] & 0xFF) - pixels[i];
      squares += difference * difference;
    }
    return 10 * Math.log10(255.0 * 255.0 * images.length / squares);
  }
}
