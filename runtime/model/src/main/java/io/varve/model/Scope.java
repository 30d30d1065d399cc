package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The values of variables, each computed the first time it is read.
 *
 * <p>A name {@code p(z)} stands for the parameter arrays of z's prior.
 */
final class Scope {
  private final Map<String, NDList> values = new HashMap<>();
  private final Set<String> open = new LinkedHashSet<>();
  private final BiFunction<String, Scope, NDList> rule;
  private final BiFunction<String, NDArray, NDArray> scaling;

  /**
   * A scope.
   *
   * @param rule computes a variable from others of the scope
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

  private NDList all(String name) {
    NDList known = values.get(name);
    if (known != null) {
      return known;
    }
    if (!open.add(name)) {
      throw new IllegalArgumentException(
          "the variables "
              + String.join(" -> ", open)
              + " -> "
              + name
              + " need each other; break the cycle in their 'given'");
    }
    NDList computed = rule.apply(name, this);
    open.remove(name);
    values.put(name, computed);
    return computed;
  }
}
