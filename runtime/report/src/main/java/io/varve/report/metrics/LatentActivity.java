package io.varve.report.metrics;

import io.varve.inference.ActiveUnits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one latent tells of an image: a row of the check for collapse (Apostolopoulou et al., 2020,
 * section 5.2.1 and Figure 6d).
 *
 * @param name of the latent
 * @param kl mean nats per image
 * @param units how many of its dimensions are active, where they were counted
 */
public record LatentActivity(String name, double kl, Optional<ActiveUnits.Count> units) {
  /** A latent with a smaller KL, nats per image, has collapsed: it tells less than 0.15 bits. */
  private static final double COLLAPSED = 0.1;

  /**
   * The latents in their order.
   *
   * @param kl mean nats by latent
   * @param units by latent; may lack some
   */
  public static List<LatentActivity> of(
      Map<String, Double> kl, Map<String, ActiveUnits.Count> units) {
    List<LatentActivity> levels = new ArrayList<>();
    kl.forEach(
        (name, nats) ->
            levels.add(new LatentActivity(name, nats, Optional.ofNullable(units.get(name)))));
    return List.copyOf(levels);
  }

  /** Whether its posterior is almost its prior for every image. */
  public boolean collapsed() {
    return kl < COLLAPSED;
  }

  /** The names of those that have collapsed. */
  public static List<String> collapsed(List<LatentActivity> levels) {
    return levels.stream().filter(LatentActivity::collapsed).map(LatentActivity::name).toList();
  }

  /** One sentence: which latents have collapsed, and by what measure. */
  public static String verdict(List<LatentActivity> levels) {
    List<String> broken =
        levels.stream().filter(l -> !Double.isFinite(l.kl())).map(LatentActivity::name).toList();
    if (!broken.isEmpty()) {
      return "No number is the KL of " + String.join(", ", broken) + ".";
    }
    List<String> collapsed = collapsed(levels);
    return collapsed.isEmpty()
        ? "No latent has collapsed: every KL is at least " + COLLAPSED + " nats."
        : "Collapsed: "
            + String.join(", ", collapsed)
            + ". A latent whose KL is below "
            + COLLAPSED
            + " nats tells next to nothing of an image.";
  }
}
