package io.varve.inference;

import io.varve.inference.bundle.Mode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes new images from old ones with a bundle: super-resolution, interpolation, and new draws of
 * some variables.
 *
 * <pre>{@code
 * Variations variations = new Variations(bundle, 1, 1f);
 * Tensor large = variations.superResolve("y", small).get("pixels.mean");
 * }</pre>
 *
 * <p>As thread-safe as the bundle; the noise is that of {@link Bundle}.
 *
 * @param bundle stays open, and is the caller's to close
 * @param seed of the noise
 * @param temperature scales the noise: 1 is the model, 0 the centre of every distribution
 */
public record Variations(Bundle bundle, long seed, float temperature) {
  /** Checks the temperature. */
  public Variations {
    Inputs.requireGiven(bundle, "bundle");
    Request.checkTemperature(temperature);
  }

  /**
   * Makes x from values of a derived variable that need not come from any x. Infers the latents
   * right behind it and draws the rest, in the self-supervised VAE u ~ q(u | y), z ~ p(z | y, u), x
   * ~ p(x | y, z) (Gatopoulos and Tomczak, 2021, section 3.3).
   *
   * @param derived the variable's name
   * @param values [B, variable], on the variable's grid
   * @return every variable that was drawn, by name, {@code pixels} and {@code pixels.mean}
   * @throws IllegalArgumentException if the variable is not derived, the values have another shape,
   *     a latent cannot be inferred from them alone, or the bundle lacks one of the two graphs
   */
  public Map<String, Tensor> superResolve(String derived, Tensor values) {
    Set<String> wanted = Mode.conditional(derived, bundle.manifest().variables());
    bundle.requireCarries(wanted);
    Map<String, Tensor> known = new LinkedHashMap<>();
    if (wanted.size() > 1) {
      known.putAll(bundle.inferFrom(derived, values, request()));
    }
    known.put(derived, values);
    if (!known.keySet().containsAll(wanted)) {
      throw new IllegalArgumentException(
          "%s: '%s' alone tells %s, but %s are needed to make x; infer from whole images instead"
              .formatted(bundle.path(), derived, known.keySet(), wanted));
    }
    known.keySet().retainAll(wanted);
    return bundle.carry(known, seed, temperature);
  }

  /**
   * Interpolates between images through their latents (Gatopoulos and Tomczak, 2021, Figure 13 i).
   *
   * <p>The path is the great circle between the two values (Shoemake, 1985). In many dimensions,
   * values drawn from a prior lie near a sphere. A straight line would pass inside it, where the
   * model has seen nothing. The other variables are drawn with the same noise at every step.
   *
   * @param from B images, uint8, end to end
   * @param to as many others
   * @param latents the variables to interpolate
   * @param steps at least 2: the first is at {@code from}, the last at {@code to}
   * @return for each step what {@link Bundle#carry} returns
   * @throws IllegalArgumentException if the images differ in number, a variable is no latent, steps
   *     is below 2, or the bundle has no graph for this set of variables
   */
  public List<Map<String, Tensor>> interpolate(
      byte[] from, byte[] to, Set<String> latents, int steps) {
    Inputs.require(steps >= 2, "steps: " + steps + ", expected at least 2, the two ends");
    Inputs.require(
        from.length == to.length,
        "images: %d bytes to start at and %d to end at, expected as many"
            .formatted(from.length, to.length));
    Set<String> known = latents();
    for (String latent : latents) {
      Inputs.require(
          known.contains(latent),
          "'%s' is no latent variable, and only between those is there a way; this model's are %s"
              .formatted(latent, known));
    }
    bundle.requireCarries(latents);
    Map<String, Tensor> start = bundle.infer(from, request());
    long rows = start.values().iterator().next().rows();
    Map<String, Tensor> end = bundle.infer(to, request().withFirstRow(rows));
    List<Map<String, Tensor>> walk = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      double t = (double) step / (steps - 1);
      Map<String, Tensor> between = new LinkedHashMap<>();
      latents.forEach(z -> between.put(z, GreatCircle.between(start.get(z), end.get(z), t)));
      walk.add(bundle.carry(between, seed, temperature));
    }
    return walk;
  }

  /**
   * Keeps some variables of images and draws the others several times (Gatopoulos and Tomczak,
   * 2021, Figure 13 ii).
   *
   * @param images B of them, uint8, end to end
   * @param kept the variables to keep
   * @param draws how often
   * @return every other variable by name, [draws * B, shape], draw d of image b at d * B + b; the
   *     first draw is that of {@link Bundle#reconstruct}
   * @throws IllegalArgumentException if no latent is left to draw, or the bundle has no graph for
   *     this set of variables
   */
  public Map<String, Tensor> resample(byte[] images, Set<String> kept, int draws) {
    Inputs.require(draws >= 1, "draws: " + draws + ", expected at least 1");
    bundle.requireCarries(kept);
    Set<String> left = latents();
    left.removeAll(kept);
    Inputs.require(
        !left.isEmpty(),
        "nothing but pixels is left to draw where %s are kept; keep fewer variables"
            .formatted(new TreeSet<>(kept)));
    Map<String, Tensor> values = new LinkedHashMap<>(bundle.infer(images, request()));
    values.keySet().retainAll(kept);
    return bundle.carry(values, draws, seed, temperature);
  }

  private Request request() {
    return Request.of(seed).withTemperature(temperature);
  }

  /** The names of all latent variables. */
  private Set<String> latents() {
    Set<String> names = new LinkedHashSet<>();
    bundle.manifest().variables("latent").forEach(latent -> names.add(latent.name()));
    return names;
  }
}
