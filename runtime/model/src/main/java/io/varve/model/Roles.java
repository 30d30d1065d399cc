package io.varve.model;

import io.varve.model.guard.GuardedFamily;
import io.varve.spi.Factor;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Node;
import io.varve.spi.Node.Latent;
import io.varve.spi.NodeReads;
import io.varve.spi.Prior;
import io.varve.spi.Space;

/** Which families may stand where: priors over latents, likelihoods over data. */
final class Roles {
  private Roles() {}

  /**
   * Checks the families of a variable.
   *
   * @param space of its values
   * @throws IllegalArgumentException naming the factor that is out of place
   */
  static void require(Node node, Space space) {
    String name = node.name();
    if (node instanceof Latent z) {
      requirePrior(z.p(), name + ".p");
      requirePrior(z.q(), name + ".q");
      if (!new GuardedFamily(name + ".q", z.q().family()).reparameterised()) {
        throw new IllegalArgumentException(
            name + ".q: the draws of " + named(z.q()) + " pass no gradient; it serves as p only");
      }
      return;
    }
    Factor factor = NodeReads.p(node).orElseThrow();
    if (!(factor.family() instanceof Likelihood)) {
      throw new IllegalArgumentException(
          name + ".p: " + named(factor) + " is a family over latents, not over data");
    }
    if (!factor.flow().isEmpty() && space.levels() > 0) {
      throw new IllegalArgumentException(
          "%s.p: a flow needs real numbers, but '%s' has %d levels; dequantize the data or leave out"
                  .formatted(name, name, space.levels())
              + " the 'flow'");
    }
  }

  private static void requirePrior(Factor factor, String path) {
    if (!(factor.family() instanceof Prior)) {
      throw new IllegalArgumentException(
          path + ": " + named(factor) + " is a family over data, not over latents");
    }
  }

  private static String named(Factor factor) {
    Named named = factor.family().getClass().getAnnotation(Named.class);
    return named == null ? factor.family().getClass().getName() : "'" + named.value() + "'";
  }
}
