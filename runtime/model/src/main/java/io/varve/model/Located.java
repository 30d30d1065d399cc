package io.varve.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.spi.Pass;
import java.util.List;
import java.util.function.Supplier;

/** Puts the place in a model before what a plug-in says is wrong. */
final class Located {
  private Located() {}

  /** What a plug-in builds; its complaint comes with the place. */
  static <T> T at(String path, Supplier<T> build) {
    try {
      return build.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Runs a network, and checks that it returns what it was built for.
   *
   * @param wanted shapes after the batch axis
   */
  static NDList run(String path, Pass pass, Block network, NDList inputs, List<Shape> wanted) {
    NDList outputs;
    try {
      outputs = pass.run(network, inputs);
    } catch (IllegalArgumentException | EngineException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IllegalArgumentException(
          "%s: cannot run on inputs %s: %s".formatted(path, shapes(inputs), message), e);
    }
    boolean fits = outputs.size() == wanted.size();
    for (int i = 0; fits && i < wanted.size(); i++) {
      Shape shape = outputs.get(i).getShape();
      fits = shape.dimension() > 0 && shape.slice(1).equals(wanted.get(i));
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "%s: returned %s where %s are needed after the batch axis"
              .formatted(path, shapes(outputs), wanted));
    }
    return outputs;
  }

  private static List<Shape> shapes(NDList arrays) {
    return arrays.stream().map(NDArray::getShape).toList();
  }
}
