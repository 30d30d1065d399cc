package io.varve.model.objective;

import io.varve.model.binder.YamlForm;
import io.varve.model.faults.Suggestion;
import java.util.Collection;
import java.util.Map;

/**
 * Nats of each latent's KL that cost nothing: lambda of Kingma et al. (2016, equation 15).
 *
 * <p>In YAML one number for every latent, {@code 1}, or one for each that has some, {@code {z1: 2,
 * z2: 1}}.
 *
 * @param every lambda of the latents that {@code each} does not name
 * @param each lambda by latent
 */
public record FreeBits(Nats every, Map<String, Nats> each) {
  /** One lambda for all latents. */
  @YamlForm
  public static FreeBits of(Nats every) {
    return new FreeBits(every, Map.of());
  }

  /** A lambda for each of some latents; the others have none. */
  @YamlForm
  public static FreeBits of(Map<String, Nats> each) {
    return new FreeBits(new Nats(0), each);
  }

  /**
   * An amount of information.
   *
   * @param value nats, at least 0
   */
  public record Nats(double value) {
    /** Refuses a negative number. */
    public Nats {
      if (!(value >= 0)) {
        throw new IllegalArgumentException("must be at least 0, not " + value);
      }
    }

    /** So many nats. */
    @YamlForm
    public static Nats of(double value) {
      return new Nats(value);
    }
  }

  /** Lambda of one latent, nats. */
  double lambda(String latent) {
    return each.getOrDefault(latent, every).value();
  }

  /** Whether no latent has any. */
  boolean isNone() {
    return every.value() == 0 && each.values().stream().allMatch(nats -> nats.value() == 0);
  }

  /** Refuses a name that is no latent of a model. */
  void require(Collection<String> latents) {
    for (String name : each.keySet()) {
      if (!latents.contains(name)) {
        throw new IllegalArgumentException(
            "objective.free-bits: there is no latent '%s'; this model's latents are %s%s"
                .formatted(name, latents, Suggestion.of(name, latents)));
      }
    }
  }
}
