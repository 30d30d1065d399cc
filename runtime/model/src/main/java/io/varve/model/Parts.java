package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.varve.spi.Factor;
import io.varve.spi.Likelihood;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Ops;
import io.varve.spi.Parameters;
import io.varve.spi.Prior;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The built parts of a hierarchy: what each node's name leads to. */
final class Parts {
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Space> spaces = new LinkedHashMap<>();
  private final Map<String, Conditional> p = new LinkedHashMap<>();
  private final Map<String, Conditional> q = new LinkedHashMap<>();
  private final Map<String, Flow> shared = new LinkedHashMap<>();
  private final Map<String, Block> features = new LinkedHashMap<>();
  private final Shapes shapes = new Shapes();
  private final long seed;

  private Parts(long seed) {
    this.seed = seed;
  }

  static Parts build(List<Node> list, Space x, long seed) {
    Parts parts = new Parts(seed);
    for (Node node : list) {
      if (parts.nodes.put(node.name(), node) != null) {
        throw new IllegalArgumentException(
            "two variables are named '" + node.name() + "'; give each its own name");
      }
    }
    parts.requireOneObserved(list);
    for (Node node : list) {
      parts.declare(node, x);
    }
    for (Node node : list) {
      parts.build(node);
    }
    return parts;
  }

  Map<String, Node> nodes() {
    return nodes;
  }

  Map<String, Space> spaces() {
    return Collections.unmodifiableMap(spaces);
  }

  Conditional p(String name) {
    return p.get(name);
  }

  Conditional q(String name) {
    return q.get(name);
  }

  String observed() {
    return nodes.values().stream()
        .filter(Observed.class::isInstance)
        .map(Node::name)
        .findFirst()
        .orElseThrow();
  }

  /** What both scopes compute alike: a feature, or a prior's parameters; else null. */
  NDList common(Run run, String name, Scope scope) {
    if (nodes.get(name) instanceof Feature f) {
      return run.at(name).run(features.get(name), scope.inputs(f.given()));
    }
    String prior = priorOf(name);
    return prior == null ? null : p.get(prior).parameters(run.at(prior), scope);
  }

  /** z = f(ε), where the latent has a shared flow. */
  NDArray share(Run run, String name, Scope scope, NDArray epsilon) {
    Flow flow = shared.get(name);
    return flow == null || flow.isIdentity()
        ? epsilon
        : flow.forward(run.at(name), scope, epsilon).value();
  }

  /** What a network reads for a value: data of more than two levels scaled to [-1, 1]. */
  NDArray asInput(String name, NDArray value) {
    Space space = spaces.get(name);
    if (space == null || space.levels() <= 2) {
      return value;
    }
    return value.mul(Ops.constant(value, 2.0 / (space.levels() - 1))).sub(Ops.constant(value, 1));
  }

  /** Whether a conditional's parameters are the same for every draw of the latents. */
  boolean readsDataAlone(Conditional conditional) {
    return conditional.given().stream().allMatch(this::isDeterministic);
  }

  private boolean isDeterministic(String name) {
    if (nodes.get(name) instanceof Feature f) {
      return f.given().stream().allMatch(this::isDeterministic);
    }
    String prior = priorOf(name);
    if (prior != null) {
      return readsDataAlone(p.get(prior));
    }
    return nodes.get(name) instanceof Observed || nodes.get(name) instanceof Derived;
  }

  private static String priorOf(String name) {
    return name.startsWith("p(") && name.endsWith(")")
        ? name.substring(2, name.length() - 1)
        : null;
  }

  /** Every part that may hold parameters, by its path. */
  Map<String, Object> holders() {
    Map<String, Object> holders = new LinkedHashMap<>();
    p.forEach((name, c) -> add(holders, name + ".p", c));
    q.forEach((name, c) -> add(holders, name + ".q", c));
    shared.forEach((name, f) -> add(holders, name + ".shared", f));
    features.forEach((name, block) -> holders.put(name + ".network", block));
    return holders;
  }

  private static void add(Map<String, Object> holders, String path, Conditional conditional) {
    conditional.network().ifPresent(block -> holders.put(path + ".network", block));
    List<Parameter> constants = conditional.constants();
    if (!constants.isEmpty()) {
      holders.put(path, constants);
    }
    add(holders, path + ".flow", conditional.flow());
  }

  private static void add(Map<String, Object> holders, String path, Flow flow) {
    for (int i = 0; i < flow.maps().size(); i++) {
      holders.put(path + "[" + i + "]", flow.maps().get(i).parameters());
    }
  }

  private void requireOneObserved(List<Node> list) {
    long observed = list.stream().filter(Observed.class::isInstance).count();
    if (observed != 1) {
      throw new IllegalArgumentException(
          "a model has exactly one observed variable, this one has " + observed);
    }
  }

  /** Makes a node's shapes known, before any part is built. */
  private void declare(Node node, Space x) {
    if (node instanceof Feature f) {
      shapes.put(f.name(), List.of(f.shape()));
      return;
    }
    Space space = spaceOf(node, x, new ArrayList<>());
    spaces.put(node.name(), space);
    shapes.put(node.name(), List.of(space.shape()));
    if (node instanceof Latent z) {
      Prior prior = prior(z.p(), z.name() + ".p");
      shapes.put(
          "p(" + z.name() + ")", prior.parameters(space).stream().map(Parameters::shape).toList());
    }
  }

  private Space spaceOf(Node node, Space x, List<String> path) {
    if (node instanceof Latent z) {
      return Space.real(z.shape());
    }
    if (node instanceof Derived d) {
      Node of = nodes.get(d.of());
      if (of == null || path.contains(d.name()) || of instanceof Latent || of instanceof Feature) {
        throw new IllegalArgumentException(
            d.name() + ": 'of' is '" + d.of() + "', which is no data variable other than itself");
      }
      path.add(d.name());
      Space source = spaceOf(of, x, path);
      if (source.levels() == 0) {
        throw new IllegalArgumentException(
            d.name()
                + ": a variable derived from the continuous '"
                + d.of()
                + "' has no bound; derive from data with levels");
      }
      return d.by().space(source);
    }
    return x;
  }

  private void build(Node node) {
    String name = node.name();
    if (node instanceof Observed o) {
      p.put(name, likelihood(o.p(), name));
    } else if (node instanceof Derived d) {
      p.put(name, likelihood(d.p(), name));
    } else if (node instanceof Latent z) {
      p.put(name, new Conditional(site(name + ".p"), z.p(), spaces.get(name), shapes));
      if (!prior(z.q(), name + ".q").reparameterised()) {
        throw new IllegalArgumentException(
            name + ".q: this family's draws pass no gradient, so it serves as p only");
      }
      q.put(name, new Conditional(site(name + ".q"), z.q(), spaces.get(name), shapes));
      shared.put(name, new Flow(site(name + ".shared"), z.shared(), z.shape(), shapes));
    } else if (node instanceof Feature f) {
      Site site = site(name + ".network");
      features.put(
          name, f.network().build(site, shapes.of(f.given(), site.path()), List.of(f.shape())));
    }
  }

  private Conditional likelihood(Factor factor, String name) {
    if (!(factor.family() instanceof Likelihood)) {
      throw new IllegalArgumentException(
          name
              + ".p: "
              + factor.family().getClass().getSimpleName()
              + " is a family over latents, not over data");
    }
    return new Conditional(site(name + ".p"), factor, spaces.get(name), shapes);
  }

  private static Prior prior(Factor factor, String path) {
    if (factor.family() instanceof Prior prior) {
      return prior;
    }
    throw new IllegalArgumentException(
        path
            + ": "
            + factor.family().getClass().getSimpleName()
            + " is a family over data, not over latents");
  }

  private Site site(String path) {
    return Shapes.site(new Site("", seed), path);
  }
}
