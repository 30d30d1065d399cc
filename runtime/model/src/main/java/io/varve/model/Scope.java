package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The values of variables, each computed the first time it is read; {@link Wiring} has seen to it
 * that this ends.
 *
 * <p>Parameter arrays are values too: {@code p(z)} and {@code q(z)} name those of z's factors.
 */
final class Scope {
  private final Map<String, NDList> values = new HashMap<>();
  private final BiFunction<String, Scope, NDList> rule;
  private final BiFunction<String, NDArray, NDArray> scaling;

  /**
   * A scope.
   *
   * @param rule computes a value from others of the scope
   * @param scaling how a network sees a variable's value
   */
  Scope(BiFunction<String, Scope, NDList> rule, BiFunction<String, NDArray, NDArray> scaling) {
    this.rule = rule;
    this.scaling = scaling;
  }

  /** The value of a variable, on its grid. */
  NDArray value(String name) {
    return all(name).head();
  }

  /** What a network reads: these variables in order, 256-level data scaled to [-1, 1]. */
  NDList inputs(List<String> names) {
    NDList inputs = new NDList();
    for (String name : names) {
      for (NDArray array : all(name)) {
        inputs.add(scaling.apply(name, array));
      }
    }
    return inputs;
  }

  /** The arrays of a name: one of a variable, one per parameter of a factor. */
  NDList all(String name) {
    NDList known = values.get(name);
    if (known == null) {
      known = rule.apply(name, this);
      values.put(name, known);
    }
    return known;
  }
}
