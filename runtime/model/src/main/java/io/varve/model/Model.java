package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Hierarchy;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Space;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A hierarchy in working order. Bound, importance weights, inference and generation are written
 * here, once, over its nodes.
 *
 * <p>q reads its parents from the inferred scope, p from the generated scope (while training, the
 * two are one). Immutable and free of arrays: parameters come with each {@link Run}.
 */
public final class Model {
  private final Parts parts;

  private Model(Parts parts) {
    this.parts = parts;
  }

  /**
   * Builds a hierarchy for data of one space.
   *
   * @param seed of fixed random choices, such as a MADE's order
   * @throws IllegalArgumentException naming the node that does not fit, and why
   */
  public static Model of(Hierarchy hierarchy, Space x, long seed) {
    return new Model(Parts.build(hierarchy.nodes(x), x, seed));
  }

  /** The nodes in generative order, data last. */
  public List<Node> nodes() {
    return List.copyOf(parts.nodes().values());
  }

  /** The space of every variable but features, in generative order. */
  public Map<String, Space> spaces() {
    return parts.spaces();
  }

  /** The observed variable's name. */
  public String observed() {
    return parts.observed();
  }

  /** What the parts are built of, for the one who holds their parameters. */
  Parts parts() {
    return parts;
  }

  /** The evidence lower bound of data x [B, x], values on their grid. */
  public Bound bound(Run run, NDArray x) {
    Inferred inferred = new Inferred(run, x, null);
    Map<String, NDArray> kl = new LinkedHashMap<>();
    inferred.posteriors().forEach((z, posterior) -> kl.put(z, posterior.kl()));
    return new Bound(inferred.logP(), kl);
  }

  /**
   * log p(x, y, z) - log q(z | x) for one draw of the latents, [B] nats: an importance weight.
   *
   * @param memo kept by the caller from draw to draw of one batch, so that networks that read data
   *     alone run once; null to forgo that
   */
  NDArray logWeight(Run run, NDArray x, Map<Conditional, NDList> memo) {
    Inferred inferred = new Inferred(run, x, memo);
    NDArray weight = null;
    for (NDArray logP : inferred.logP().values()) {
      weight = weight == null ? logP : weight.add(logP);
    }
    for (Posterior posterior : inferred.posteriors().values()) {
      weight = weight.sub(posterior.sampledKl());
    }
    return weight;
  }

  /** log p(x, y, z) - log q(z | x) for one draw of the latents, [B] nats: an importance weight. */
  public NDArray logWeight(Run run, NDArray x) {
    return logWeight(run, x, null);
  }

  /**
   * log of the mean importance weight over K draws, [B] nats (Burda et al., 2016, equation 8): at
   * least the bound in expectation, at most log p(x), and for a model with derived variables at
   * most log p(x, d(x)).
   *
   * @param samples K
   * @param draws the run of draw k; each lives until the next, so memory does not grow with K
   */
  public NDArray importanceBound(int samples, Function<Integer, Run> draws, NDArray x) {
    return Importance.bound(this, samples, draws, x);
  }

  /** A draw of every latent and the value of every derived variable given x, by name. */
  public Map<String, NDArray> infer(Run run, NDArray x) {
    Inferred inferred = new Inferred(run, x, null);
    Map<String, NDArray> values = new LinkedHashMap<>();
    for (Node node : parts.nodes().values()) {
      if (node instanceof Latent || node instanceof Derived) {
        values.put(node.name(), inferred.value(node.name()));
      }
    }
    return values;
  }

  /**
   * Draws every variable but those carried from p, in generative order.
   *
   * @param carried variables with given values [B, variable]: none generates, {@code {u}} is
   *     reconstruction 1, {@code {u, z}} reconstruction 2, a foreign {@code {y}} super-resolution
   *     (Gatopoulos and Tomczak, 2021, section 3.3)
   * @return every variable by name; for the observed x also {@code x.mean}, its expectation
   */
  public Map<String, NDArray> generate(Run run, Map<String, NDArray> carried) {
    for (String name : carried.keySet()) {
      requireCarriable(name);
    }
    Map<String, NDArray> means = new LinkedHashMap<>();
    Scope generated =
        new Scope(
            (name, scope) -> {
              if (carried.containsKey(name)) {
                return new NDList(carried.get(name));
              }
              return draw(run, name, scope, means);
            },
            parts::asInput);
    Map<String, NDArray> values = new LinkedHashMap<>();
    for (Node node : parts.nodes().values()) {
      if (!(node instanceof Feature)) {
        values.put(node.name(), generated.value(node.name()));
      }
    }
    values.putAll(means);
    return values;
  }

  /** Refuses a name that no one can carry: an unknown one, a feature or the observed variable. */
  public void requireCarriable(String name) {
    Node node = parts.nodes().get(name);
    if (!(node instanceof Latent || node instanceof Derived)) {
      List<String> carriable =
          parts.nodes().values().stream()
              .filter(n -> n instanceof Latent || n instanceof Derived)
              .map(Node::name)
              .toList();
      throw new IllegalArgumentException(
          "'"
              + name
              + "' cannot be carried; this model's latent and derived variables are "
              + carriable);
    }
  }

  private NDList draw(Run run, String name, Scope scope, Map<String, NDArray> means) {
    NDList common = parts.common(run, name, scope);
    if (common != null) {
      return common;
    }
    Distribution p = parts.p(name).at(run.at(name), scope);
    NDArray value = p.draw().value();
    if (parts.nodes().get(name) instanceof Observed) {
      means.put(name + ".mean", p.mean());
    }
    return new NDList(parts.share(run, name, scope, value));
  }

  /** A latent's q and p, given its parents' inferred values, and one draw from q. */
  private record Posterior(Distribution q, Distribution p, Draw epsilon) {
    NDArray kl() {
      return q.kl(p).orElseGet(this::sampledKl);
    }

    NDArray sampledKl() {
      return epsilon.logProb().sub(p.logProb(epsilon.value()));
    }
  }

  /** The inferred scope of one batch, complete: every latent drawn from q, every y derived. */
  private final class Inferred {
    private final Run run;
    private final NDArray x;
    private final Map<Conditional, NDList> memo;
    private final Map<String, Posterior> posteriors = new LinkedHashMap<>();
    private final Scope scope = new Scope(this::infer, parts::asInput);

    Inferred(Run run, NDArray x, Map<Conditional, NDList> memo) {
      this.run = run;
      this.x = x;
      this.memo = memo;
    }

    NDArray value(String name) {
      return scope.value(name);
    }

    Map<String, Posterior> posteriors() {
      Map<String, Posterior> inOrder = new LinkedHashMap<>();
      for (Node node : parts.nodes().values()) {
        if (node instanceof Latent) {
          scope.value(node.name());
          inOrder.put(node.name(), posteriors.get(node.name()));
        }
      }
      return inOrder;
    }

    Map<String, NDArray> logP() {
      Map<String, NDArray> logP = new LinkedHashMap<>();
      for (Node node : parts.nodes().values()) {
        if (node instanceof Derived || node instanceof Observed) {
          Distribution p = at(node.name(), parts.p(node.name()));
          logP.put(node.name(), p.logProb(scope.value(node.name())));
        }
      }
      return logP;
    }

    private NDList infer(String name, Scope scope) {
      Node node = parts.nodes().get(name);
      if (node instanceof Observed) {
        return new NDList(x);
      }
      if (node instanceof Derived d) {
        return new NDList(d.by().apply(scope.value(d.of()), parts.spaces().get(d.of())));
      }
      NDList common = parts.common(run, name, scope);
      if (common != null) {
        return common;
      }
      Distribution q = at(name, parts.q(name));
      Distribution p = at(name, parts.p(name));
      Draw epsilon = q.draw();
      posteriors.put(name, new Posterior(q, p, epsilon));
      return new NDList(parts.share(run, name, scope, epsilon.value()));
    }

    private Distribution at(String name, Conditional conditional) {
      if (memo == null || !parts.readsDataAlone(conditional)) {
        return conditional.at(run.at(name), scope);
      }
      NDList parameters = memo.computeIfAbsent(conditional, c -> c.parameters(run.at(name), scope));
      return conditional.at(run.at(name), scope, parameters);
    }
  }
}
