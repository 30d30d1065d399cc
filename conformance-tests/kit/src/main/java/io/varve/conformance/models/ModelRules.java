package io.varve.conformance.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.conformance.arrays.Probe.Input;
import io.varve.conformance.arrays.Probes;
import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.bijectors.BuiltBijection;
import io.varve.conformance.rule.Refusal;
import io.varve.conformance.rule.Rule;
import io.varve.conformance.rule.Subject;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Factor;
import io.varve.spi.Family;
import io.varve.spi.Likelihood;
import io.varve.spi.Mapped;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Site;
import io.varve.spi.Space;
import io.varve.spi.Step;
import io.varve.spi.Transform;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Rule X13, for a component at its place in a small model.
 *
 * <p>The first model of a few that does not refuse it is put to all its uses by {@link ModelUses}.
 */
public final class ModelRules {
  private static final Space X = new Space(SampleSpaces.IMAGES.get(0), 2);

  private final Subject subject;
  private final PlainParts parts;

  ModelRules(Probes probes) {
    this.subject = probes.subject();
    this.parts = new PlainParts(subject.catalog());
  }

  /** A model's data and nodes. */
  private record Small(Space x, List<Node> nodes) {}

  /** Trains, scores, generates from and exports a small model with the component in it. */
  @Rule
  void x13_worksInAModel() {
    Optional<String> refused = Optional.empty();
    for (Small small : (Iterable<Small>) models()::iterator) {
      try (ModelUses model = ModelUses.of(x -> small.nodes(), small.x())) {
        model.run();
        return;
      } catch (IllegalArgumentException e) {
        refused = Optional.of(e.getMessage());
      }
    }
    throw new AssertionError(
        "no small model takes it: " + refused.orElse("it refuses all shapes tried"));
  }

  private Stream<Small> models() {
    return switch (subject.kind()) {
      case "transform" -> transform((Transform) subject.component());
      case "prior" -> prior((Prior) subject.component());
      case "likelihood" -> likelihood((Likelihood) subject.component());
      case "bijector" -> bijector((Bijector) subject.component());
      case "network" -> network((Network) subject.component());
      default -> throw new IllegalStateException("a " + subject.kind() + " has no place");
    };
  }

  /** y = d(x) between two latents, as in Gatopoulos and Tomczak (2021), Figure 1. */
  private Stream<Small> transform(Transform by) {
    return SampleSpaces.images(256, 2).stream()
        .flatMap(
            x ->
                Refusal.unlessRefused("space", () -> by.space(x)).stream()
                    .map(
                        y ->
                            new Small(
                                x,
                                List.of(
                                    parts.latent("u", 2, List.of("y")),
                                    new Derived("y", "x", by, data(y, List.of("u"))),
                                    parts.latent("z", 3, List.of("x", "u")),
                                    new Observed("x", data(x, List.of("y", "z")))))));
  }

  private Factor data(Space space, List<String> given) {
    return parts.factor(parts.likelihood(space), space, given);
  }

  /** Once with learned constants and once behind a network; as a posterior where it can be one. */
  private Stream<Small> prior(Prior prior) {
    return SampleSpaces.EVENTS.stream()
        .map(Space::real)
        .filter(z -> Refusal.unlessRefused("parameters", () -> prior.parameters(z)).isPresent())
        .map(
            z -> {
              Family q = prior.reparameterised() ? prior : parts.normal();
              return new Small(
                  X,
                  List.of(
                      latent("u", z, parts.factor(prior, z, List.of()), normal(z, List.of("x"))),
                      latent(
                          "z",
                          z,
                          parts.factor(prior, z, List.of("u")),
                          parts.factor(q, z, List.of("x", "u"))),
                      new Observed("x", data(X, List.of("u", "z")))));
            });
  }

  private static Latent latent(String name, Space space, Factor p, Factor q) {
    return new Latent(name, space.shape(), p, q, List.of());
  }

  private Factor normal(Space space, List<String> given) {
    return parts.factor(parts.normal(), space, given);
  }

  private Stream<Small> likelihood(Likelihood likelihood) {
    return SampleSpaces.data().stream()
        .filter(
            x -> Refusal.unlessRefused("parameters", () -> likelihood.parameters(x)).isPresent())
        .map(
            x ->
                new Small(
                    x,
                    List.of(
                        parts.latent("z", 3, List.of("x")),
                        new Observed("x", parts.factor(likelihood, x, List.of("z"))))));
  }

  /**
   * In the flow of one latent's p, of another's q, and shared by a third; between real numbers and
   * (0, 1) in the flow of data, which lie there. With context where it reads one.
   */
  private Stream<Small> bijector(Bijector bijector) {
    Optional<Step> ofData = unit(bijector);
    return ofData.isPresent()
        ? SampleSpaces.images(0).stream().map(x -> onData(x, List.of(ofData.get())))
        : SampleSpaces.EVENTS.stream()
            .flatMap(
                event ->
                    Stream.of(List.of("u"), List.<String>of())
                        .map(given -> bijector(event, List.of(new Step(given, bijector)))));
  }

  /** The step into (0, 1), if the bijector maps from or to there. */
  private static Optional<Step> unit(Bijector bijector) {
    try (NDManager manager = SeededRows.manager()) {
      List<BuiltBijection> places = BuiltBijection.of(bijector, manager);
      if (places.stream().anyMatch(place -> place.range() == Input.UNIT)) {
        return Optional.of(new Step(List.of(), bijector));
      }
      return places.stream().anyMatch(place -> place.domain() == Input.UNIT)
          ? Optional.of(new Step(List.of(), turned(bijector)))
          : Optional.empty();
    }
  }

  /** A bijector the other way round: a flow ends in the data. */
  private static Bijector turned(Bijector bijector) {
    return (site, event, context) -> {
      Bijection of = bijector.build(site, event, context);
      return new Bijection() {
        @Override
        public Mapped forward(Pass pass, NDArray x, NDList given) {
          return of.inverse(pass, x, given);
        }

        @Override
        public Mapped inverse(Pass pass, NDArray y, NDList given) {
          return of.forward(pass, y, given);
        }

        @Override
        public List<Parameter> parameters() {
          return of.parameters();
        }
      };
    };
  }

  private Small onData(Space x, List<Step> flow) {
    Factor p = data(x, List.of("z"));
    return new Small(
        x,
        List.of(
            parts.latent("z", 3, List.of("x")),
            new Observed("x", new Factor(p.given(), p.family(), p.network(), flow))));
  }

  private Small bijector(Shape event, List<Step> flow) {
    Space z = Space.real(event);
    Factor p = normal(z, List.of("u"));
    Factor q = normal(z, List.of("x", "u"));
    Factor pushedP = new Factor(p.given(), p.family(), p.network(), flow);
    Factor pushedQ = new Factor(q.given(), q.family(), q.network(), flow);
    return new Small(
        X,
        List.of(
            parts.latent("u", 2, List.of("x")),
            new Latent("z1", event, pushedP, q, List.of()),
            new Latent("z2", event, p, pushedQ, List.of()),
            new Latent("z3", event, p, q, flow),
            new Observed("x", data(X, List.of("z1", "z2", "z3")))));
  }

  /** Wherever its shapes fit: behind q, p and a feature. */
  private Stream<Small> network(Network network) {
    return SampleSpaces.EVENTS.stream()
        .flatMap(z -> SampleSpaces.IMAGES.stream().limit(4).map(x -> network(network, x, z)))
        .flatMap(Optional::stream);
  }

  private Optional<Small> network(Network network, Shape image, Shape event) {
    Space x = new Space(image, 2);
    Space z = Space.real(event);
    List<Shape> forX = shapes(parts.likelihood(x), x);
    List<Shape> forZ = shapes(parts.normal(), z);
    Optional<Network> decoder = fits(network, List.of(event), forX);
    Optional<Network> feature = fits(network, List.of(image), List.of(event));
    List<String> given = List.of("h");
    Optional<Network> encoder = fits(network, List.of(event), forZ);
    if (encoder.isEmpty()) {
      given = List.of("h", "u");
      encoder = fits(network, List.of(event, event), forZ);
    }
    if (encoder.isEmpty()) {
      given = List.of("p(z)", "p(u)");
      encoder = fits(network, List.of(event, event, event, event), forZ);
    }
    if (encoder.isEmpty()) {
      given = List.of("h"); // the plain network takes the place
    }
    if (decoder.isEmpty() && feature.isEmpty() && encoder.isEmpty()) {
      return Optional.empty();
    }
    Factor q =
        new Factor(given, parts.normal(), Optional.of(encoder.orElse(parts.network())), List.of());
    Factor p =
        new Factor(
            List.of("z"),
            parts.likelihood(x),
            Optional.of(decoder.orElse(parts.network())),
            List.of());
    return Optional.of(
        new Small(
            x,
            List.of(
                latent("u", z, normal(z, List.of()), normal(z, List.of("x"))),
                latent("z", z, normal(z, List.of("u")), q),
                new Feature("h", event, List.of("x"), feature.orElse(parts.network())),
                new Observed("x", p))));
  }

  private static List<Shape> shapes(Family family, Space space) {
    return family.parameters(space).stream().map(parameter -> parameter.shape()).toList();
  }

  private static Optional<Network> fits(Network network, List<Shape> inputs, List<Shape> outputs) {
    return Refusal.unlessRefused(
            "build", () -> network.build(new Site("trial", 1), inputs, outputs))
        .map(block -> network);
  }
}
