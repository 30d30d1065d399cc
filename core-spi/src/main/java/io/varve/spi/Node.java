package io.varve.spi;

import ai.djl.ndarray.types.Shape;
import java.util.List;

/** One variable of a hierarchy. A model is a list of nodes in generative order. */
public sealed interface Node {
  /** The variable's name: what {@code given}, carried sets and reports call it. */
  String name();

  /** The data, in the data set's own space. Adds log p(x | given) to the bound. */
  record Observed(String name, Factor p) implements Node {}

  /** y = by(of), a deterministic posterior whose log q is 0. Adds log p(y | given). */
  record Derived(String name, String of, Transform by, Factor p) implements Node {}

  /** z = f(ε) with ε from p or q and f shared by both. Adds -KL(q(ε) ‖ p(ε)). */
  record Latent(String name, Shape shape, Factor p, Factor q, @Default("[]") List<Step> shared)
      implements Node {}

  /** A deterministic, trainable value; adds nothing. */
  record Feature(String name, Shape shape, @Default("[]") List<String> given, Network network)
      implements Node {}
}
