package io.varve.app.bundle;

import io.varve.app.option.BundleOptions;
import io.varve.app.option.DataOptions;
import io.varve.inference.Bundle;
import io.varve.inference.Variations;
import io.varve.inference.bundle.Manifest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that make new images from old ones. */
final class VariationOptions {
  @Mixin BundleOptions bundle;
  @Mixin DataOptions data;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      description = "Scales the noise of what is drawn; below 1 gives less variance (default: 1).")
  float temperature;

  Variations of(Bundle opened) {
    return new Variations(opened, bundle.seed, temperature);
  }

  /** The variables that an option names; without one, the first latent. */
  static Set<String> orFirstLatent(List<String> names, Manifest manifest) {
    List<Manifest.Variable> latents = manifest.variables("latent");
    if (names == null && latents.isEmpty()) {
      throw new IllegalArgumentException("the bundle's model has no latents");
    }
    return names == null ? Set.of(latents.get(0).name()) : new LinkedHashSet<>(names);
  }
}
