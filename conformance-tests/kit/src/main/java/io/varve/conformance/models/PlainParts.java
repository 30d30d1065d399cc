package io.varve.conformance.models;

import ai.djl.ndarray.types.Shape;
import io.varve.conformance.rule.NotApplicable;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Component;
import io.varve.spi.Factor;
import io.varve.spi.Family;
import io.varve.spi.Likelihood;
import io.varve.spi.Network;
import io.varve.spi.Node.Latent;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The bundled parts that a small model is made of around the component that is tried. */
final class PlainParts {
  private final Catalog catalog;

  PlainParts(Catalog catalog) {
    this.catalog = catalog;
  }

  private <T extends Component> T part(Class<T> point, String name, String yaml) {
    if (!catalog.components(point).containsKey(name)) {
      throw new NotApplicable(
          "there is no %s '%s' at hand to build a model with; put the bundled plug-ins beside it"
              .formatted(point.getSimpleName().toLowerCase(Locale.ROOT), name));
    }
    return new Binder(catalog).bind("the kit", yaml, point);
  }

  Network network() {
    return part(Network.class, "mlp", "{type: mlp, hidden: [8], activation: elu}");
  }

  Prior normal() {
    return part(Prior.class, "normal", "{type: normal}");
  }

  Prior standardNormal() {
    return part(Prior.class, "standard-normal", "{type: standard-normal}");
  }

  /** A likelihood of data in any space. */
  Likelihood likelihood(Space space) {
    return space.levels() == 0
        ? part(Likelihood.class, "normal", "{type: normal}")
        : part(Likelihood.class, "discretized-logistic", "{type: discretized-logistic}");
  }

  /** A factor with a plain network, or none where there is nothing to read or to deliver. */
  Factor factor(Family family, Space event, List<String> given) {
    return given.isEmpty() || family.parameters(event).isEmpty()
        ? new Factor(List.of(), family, Optional.empty(), List.of())
        : new Factor(given, family, Optional.of(network()), List.of());
  }

  /** A latent of its own: standard normal, inferred from what is given. */
  Latent latent(String name, long width, List<String> given) {
    Space space = Space.real(new Shape(width));
    Factor p = factor(standardNormal(), space, List.of());
    return new Latent(name, space.shape(), p, factor(normal(), space, given), List.of());
  }
}
