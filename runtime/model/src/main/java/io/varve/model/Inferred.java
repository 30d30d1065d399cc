package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The inferred scope of one batch of given data: latents drawn from q, ys derived. */
final class Inferred {
  private final Parts parts;
  private final Run run;
  private final String given;
  private final NDArray value;
  private final Map<String, Distribution> q = new HashMap<>();
  private final Map<String, Draw> draws = new HashMap<>();
  private final Scope scope;

  /**
   * One draw of the latents for each row.
   *
   * @param given the data variable that is known
   * @param value of it, [B, given]
   */
  Inferred(Parts parts, Run run, String given, NDArray value) {
    this.parts = parts;
    this.run = run;
    this.given = given;
    this.value = run.own(parts.require(given, value));
    this.scope = new Scope(this::infer, parts::asInput);
  }

  /** Draws of their own for the data of another scope, which keeps what the data alone fix. */
  private Inferred(Inferred data, Run run, UnaryOperator<NDList> repeat) {
    this.parts = data.parts;
    this.run = run;
    this.given = data.given;
    this.value = data.value;
    this.scope =
        new Scope(
            (name, own) ->
                parts.isFixedByData(name) ? repeat.apply(data.scope.all(name)) : infer(name, own),
            parts::asInput);
  }

  /**
   * Several draws of the latents for each row at once, laid along the batch: row r of draw k is row
   * k B + r. What the data alone fix is computed in this scope, once and for B rows.
   *
   * @param run whose noise has {@code copies} B rows
   */
  Inferred draws(Run run, int copies) {
    return new Inferred(this, run, arrays -> copies == 1 ? arrays : repeat(arrays, copies));
  }

  private NDList repeat(NDList arrays, int copies) {
    long rows = value.getShape().get(0);
    NDList repeated = new NDList();
    for (NDArray array : arrays) {
      Shape shape = array.getShape();
      // Learned constants have one row for any batch.
      repeated.add(
          shape.get(0) != rows
              ? array
              : array
                  .expandDims(0)
                  .broadcast(new Shape(copies).addAll(shape))
                  .reshape(new Shape(copies * rows).addAll(shape.slice(1))));
    }
    return repeated;
  }

  NDArray value(String name) {
    return scope.value(name);
  }

  /** A latent's q and p, given its parents' inferred values, and one draw from q. */
  record Posterior(Distribution q, Distribution p, Draw epsilon) {
    /** log q and log p of the draw. */
    NDList sampled() {
      return new NDList(epsilon.logProb(), p.logProb(epsilon.value()));
    }
  }

  /** Every latent is drawn before any p is asked, so p may read what q does not. */
  Map<String, Posterior> posteriors() {
    Map<String, Posterior> posteriors = new LinkedHashMap<>();
    for (Node node : parts.nodes().values()) {
      if (node instanceof Latent) {
        scope.value(node.name());
        posteriors.put(node.name(), null);
      }
    }
    posteriors.replaceAll(
        (z, none) -> new Posterior(q.get(z), parts.p(z).at(run, scope), draws.get(z)));
    return posteriors;
  }

  Map<String, NDArray> logP() {
    Map<String, NDArray> logP = new LinkedHashMap<>();
    for (Node node : parts.nodes().values()) {
      if (node instanceof Derived || node instanceof Observed) {
        Distribution p = parts.p(node.name()).at(run, scope);
        logP.put(node.name(), p.logProb(scope.value(node.name())));
      }
    }
    return logP;
  }

  private NDList infer(String name, Scope scope) {
    Node node = parts.nodes().get(name);
    if (name.equals(given)) {
      return new NDList(value);
    }
    if (node instanceof Derived d) {
      return new NDList(parts.derive(d, run, scope.value(d.of())));
    }
    return parts.common(run, name, scope).orElseGet(() -> draw(name, scope));
  }

  private NDList draw(String name, Scope scope) {
    Distribution posterior = parts.q(name).at(run, scope);
    Draw epsilon = posterior.draw();
    q.put(name, posterior);
    draws.put(name, epsilon);
    return new NDList(parts.share(run, name, scope, epsilon.value()));
  }
}
