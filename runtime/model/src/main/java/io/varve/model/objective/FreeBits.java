package io.varve.model.objective;

import io.varve.model.faults.Suggestion;
import io.varve.model.yaml.Scalars;
import io.varve.model.yaml.YamlText;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Nats of each latent's KL that cost nothing: lambda of Kingma et al. (2016, equation 15).
 *
 * <p>In YAML one number for every latent, {@code 1}, or one for each that has some, {@code {z1: 2,
 * z2: 1}}.
 *
 * @param every lambda of the latents that {@code each} does not name, nats
 * @param each lambda by latent, nats
 */
public record FreeBits(double every, Map<String, Double> each) {

  /** Refuses a negative lambda. */
  public FreeBits {
    requireNats(every);
    each.values().forEach(FreeBits::requireNats);
    each = Collections.unmodifiableMap(new LinkedHashMap<>(each));
  }

  private static void requireNats(double lambda) {
    if (!(lambda >= 0)) {
      throw new IllegalArgumentException("must be at least 0, not " + lambda);
    }
  }

  /** Reads a number or a mapping. */
  public static FreeBits read(YamlText yaml, Node node, String path) {
    Map<String, Double> each = new LinkedHashMap<>();
    boolean mapping = node instanceof MappingNode;
    if (mapping) {
      yaml.entries(node, path)
          .forEach((latent, value) -> each.put(latent, number(yaml, value, path + "." + latent)));
    }
    return new FreeBits(mapping ? 0 : number(yaml, node, path), each);
  }

  private static double number(YamlText yaml, Node node, String path) {
    double number = (Double) Scalars.convert(yaml, node, double.class, path);
    try {
      requireNats(number);
    } catch (IllegalArgumentException e) {
      throw yaml.error(node, path, e.getMessage());
    }
    return number;
  }

  /** Lambda of one latent, nats. */
  double of(String latent) {
    return each.getOrDefault(latent, every);
  }

  /** Whether no latent has any. */
  boolean isNone() {
    return every == 0 && each.values().stream().allMatch(lambda -> lambda == 0);
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
