package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Parameter;
import io.varve.model.faults.Suggestion;
import io.varve.model.guard.GuardedHierarchy;
import io.varve.spi.Distribution;
import io.varve.spi.Hierarchy;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Ops;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

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
    return new Model(Parts.build(GuardedHierarchy.nodes(hierarchy, x), x, seed));
  }

  /** The nodes in generative order, data last. */
  public List<Node> nodes() {
    return List.copyOf(parts.nodes().values());
  }

  /** The space of every variable but features, in generative order. */
  public Map<String, Space> spaces() {
    return parts.spaces();
  }

  /**
   * Describes a variable: {@code latent}, {@code derived} or {@code observed}, without the batch.
   */
  @FunctionalInterface
  public interface Describes<V> {
    /** The description; {@code levels} is 0 for a continuous variable. */
    V of(String name, String kind, List<Long> shape, int levels);
  }

  /** Every variable but features, in generative order, as another type describes it. */
  public <V> List<V> variables(Describes<V> description) {
    List<V> variables = new ArrayList<>();
    for (Node node : nodes()) {
      Space space = spaces().get(node.name());
      if (space != null) {
        String kind = node.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        List<Long> shape = Arrays.stream(space.shape().getShape()).boxed().toList();
        variables.add(description.of(node.name(), kind, shape, space.levels()));
      }
    }
    return variables;
  }

  /** The observed variable's name. */
  public String observed() {
    return parts.observed();
  }

  /**
   * Every parameter and buffer once, by its path, {@code z.q.network.01Linear_weight}, in the order
   * of the nodes.
   */
  public Map<String, Parameter> parameters() {
    return parts.parameters();
  }

  /** The parts it is built of. */
  Parts parts() {
    return parts;
  }

  /** The evidence lower bound of data x [B, x], values on their grid. */
  public Bound bound(Run run, NDArray x) {
    return bound(inferred(run, x), parts::hasExactKl);
  }

  /**
   * What the importance weights of K draws an image are made of, in one pass: terms of shape [K B],
   * row r of draw k in row k B + r, every KL the one-sample estimate of its draw. {@link
   * Bound#total} is then the log of each weight. Networks that read data alone run on B rows.
   *
   * @param samples K
   * @param run whose noise has K B rows
   * @param x [B, x], values on their grid
   */
  public Bound importanceTerms(int samples, Run run, NDArray x) {
    return importanceTerms(samples, run, inferred(run, x));
  }

  private static Bound importanceTerms(int samples, Run run, Inferred data) {
    return bound(data.draws(run, samples), z -> false);
  }

  /** log p(x, y, z) - log q(z | x) for one draw of the latents, [B] nats: an importance weight. */
  public NDArray logWeight(Run run, NDArray x) {
    return importanceTerms(1, run, x).total();
  }

  /**
   * log of the mean importance weight over K draws, [B] nats (Burda et al., 2016, equation 8): at
   * least the bound in expectation, at most log p(x), and for a model with derived variables at
   * most log p(x, d(x)).
   *
   * <p>Draws follow each other, and the arrays of one are closed with it, except for those that all
   * share. So memory does not grow with K.
   *
   * @param samples K
   * @param draws the run of draw k, on a manager that outlives this call
   * @throws IllegalArgumentException if K is below 1
   */
  public NDArray importanceBound(int samples, Function<Integer, Run> draws, NDArray x) {
    if (samples < 1) {
      throw new IllegalArgumentException("importance samples: must be at least 1, not " + samples);
    }
    Run first = draws.apply(0);
    Inferred data = inferred(first, x);
    NDArray sum = importanceTerms(1, first, data).total();
    for (int k = 1; k < samples; k++) {
      NDArray next;
      try (NDScope draw = new NDScope()) {
        draw.suppressNotUsedWarning();
        NDArray weight = importanceTerms(1, draws.apply(k), data).total();
        next = Ops.logSumExp(NDArrays.stack(new NDList(sum, weight)), 0);
        NDScope.unregister(next);
      }
      NDScope.register(next); // with the caller's scope, if there is one
      sum.close();
      sum = next;
    }
    return sum.sub(Ops.constant(sum, Math.log(samples)));
  }

  private Inferred inferred(Run run, NDArray x) {
    return new Inferred(parts, run, parts.observed(), x);
  }

  /** The bound of what was inferred, with the KL of some latents in closed form where known. */
  private static Bound bound(Inferred inferred, Predicate<String> closed) {
    Map<String, NDArray> kl = new LinkedHashMap<>();
    Map<String, NDList> sampled = new LinkedHashMap<>();
    inferred
        .posteriors()
        .forEach(
            (z, posterior) -> {
              Optional<NDArray> exact =
                  closed.test(z) ? posterior.q().kl(posterior.p()) : Optional.empty();
              if (exact.isEmpty()) {
                sampled.put(z, posterior.sampled());
              }
              kl.put(z, exact.orElseGet(() -> difference(sampled.get(z))));
            });
    return new Bound(inferred.logP(), kl, sampled);
  }

  /** A draw of every latent and the value of every derived variable given x [B, x], by name. */
  public Map<String, NDArray> infer(Run run, NDArray x) {
    return infer(run, parts.observed(), x);
  }

  /**
   * As {@link #infer(Run, NDArray)}, given one data variable alone.
   *
   * @param data the variable's name
   * @param value of it, [B, variable]
   * @return the variables of {@link #inferable} by name
   */
  public Map<String, NDArray> infer(Run run, String data, NDArray value) {
    List<String> names = inferable(data);
    Inferred inferred = new Inferred(parts, run, data, value);
    Map<String, NDArray> values = new LinkedHashMap<>();
    names.forEach(name -> values.put(name, inferred.value(name)));
    return values;
  }

  /**
   * The latent and derived variables whose inference reads no data but one variable.
   *
   * @throws IllegalArgumentException if the variable is neither derived nor observed
   */
  public List<String> inferable(String data) {
    return Wiring.inferable(data, parts.nodes());
  }

  /**
   * Draws every variable that is not carried from its p, in generative order.
   *
   * @param carried variables with given values [B, variable]: none generates, {@code {u}} is
   *     reconstruction 1, {@code {u, z}} reconstruction 2 (Gatopoulos and Tomczak, 2021, section
   *     3.3)
   * @return every variable by name; for the observed x also {@code x.mean}, its expectation, or
   *     what stands for x where a flow over x leaves no closed form of it
   */
  public Map<String, NDArray> generate(Run run, Map<String, NDArray> carried) {
    return generate(run, carried, Pick.DRAW);
  }

  /** What stands for a data variable that is not carried; latents are always drawn. */
  public enum Pick {
    /** A draw from its distribution: exact ancestral sampling. */
    DRAW,
    /** Its mode, as the papers show their pictures. */
    MODE
  }

  /**
   * As {@link #generate(Run, Map)}.
   *
   * @param pick what stands for derived and observed data
   */
  public Map<String, NDArray> generate(Run run, Map<String, NDArray> carried, Pick pick) {
    Map<String, NDArray> given = new HashMap<>();
    carried.forEach(
        (name, value) -> {
          requireCarriable(name);
          given.put(name, run.own(parts.require(name, value)));
        });
    Map<String, NDArray> means = new LinkedHashMap<>();
    Scope generated =
        new Scope(
            (name, scope) ->
                given.containsKey(name)
                    ? new NDList(given.get(name))
                    : parts
                        .common(run, name, scope)
                        .orElseGet(() -> pick(run, name, scope, pick, means)),
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

  /** Whether it has a latent or derived variable to infer from images. */
  public boolean infers() {
    return !parts.names(Latent.class, Derived.class).isEmpty();
  }

  /**
   * Refuses a model that has nothing to infer.
   *
   * @throws IllegalArgumentException if it has no latent and no derived variables
   */
  public void requireInfers() {
    if (!infers()) {
      throw new IllegalArgumentException(
          "there is nothing to infer: this model has no latent and no derived variables; drop it");
    }
  }

  /** Refuses a variable whose values alone tell no other: an unknown one, x, or a lone y. */
  public void requireInferableFrom(String name) {
    if (name.equals(observed())) {
      throw new IllegalArgumentException(
          "'%s' is what images are; 'infer' alone takes them, 'infer y' the values of a derived y"
              .formatted(name));
    }
    if (inferable(name).isEmpty()) {
      throw new IllegalArgumentException(
          "no variable can be inferred from '%s' alone".formatted(name));
    }
  }

  /**
   * Refuses a variable that cannot be carried into generation.
   *
   * @throws IllegalArgumentException if it is neither latent nor derived
   */
  public void requireCarriable(String name) {
    List<String> carriable = parts.names(Latent.class, Derived.class);
    if (!carriable.contains(name)) {
      throw new IllegalArgumentException(
          "'%s' cannot be carried; this model's latent and derived variables are %s%s"
              .formatted(name, carriable, Suggestion.of(name, carriable)));
    }
  }

  private NDList pick(Run run, String name, Scope scope, Pick pick, Map<String, NDArray> means) {
    Conditional factor = parts.p(name);
    Distribution p = factor.at(run, scope);
    NDArray value = p.draw().value();
    Node node = parts.nodes().get(name);
    // A likelihood without a network answers one row for the whole batch.
    if (pick == Pick.MODE && !(node instanceof Latent)) {
      value = value.zerosLike().add(p.mode());
    }
    if (node instanceof Observed) {
      boolean closed = factor.flow().isIdentity();
      means.put(name + ".mean", closed ? value.zerosLike().add(p.mean()) : value);
    }
    return new NDList(parts.share(run, name, scope, value));
  }

  private static NDArray difference(NDList terms) {
    return terms.get(0).sub(terms.get(1));
  }
}
