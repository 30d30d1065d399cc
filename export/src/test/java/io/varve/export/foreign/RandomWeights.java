package io.varve.export.foreign;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.Locale;

/**
 * Random weights under which a deep network neither dies nor explodes, so that agreement means
 * something, and running statistics that are not 0 and 1, under which batch norm would do nothing.
 */
final class RandomWeights {
  private RandomWeights() {}

  /**
   * Initialises a block; its arrays belong to the manager.
   *
   * @param gain multiplies the weights' deviation, which otherwise keeps the variance from one
   *     rectified layer to the next; long chains of residual sums want less than 1
   */
  static void fill(Block block, NDManager manager, double gain, Shape... inputs) {
    for (Parameter.Type type : Parameter.Type.values()) {
      block.setInitializer((m, shape, data) -> draw(m, type, shape, gain), type);
    }
    block.setInitializer((m, shape, data) -> normal(m, shape, 1), RandomWeights::embeds);
    block.initialize(manager, DataType.FLOAT32, inputs);
  }

  private static boolean embeds(Parameter parameter) {
    return parameter.getName().toLowerCase(Locale.ROOT).contains("embedding");
  }

  private static NDArray draw(NDManager manager, Parameter.Type type, Shape shape, double gain) {
    return switch (type) {
      case GAMMA, RUNNING_VAR -> manager.randomUniform(0.5f, 1.5f, shape);
      case WEIGHT -> normal(manager, shape, gain * deviation(shape));
      default -> normal(manager, shape, 0.2);
    };
  }

  private static NDArray normal(NDManager manager, Shape shape, double deviation) {
    return manager.randomNormal(0, (float) deviation, shape, DataType.FLOAT32);
  }

  /** He et al. 2015, equation 10; the first axis counts the outputs. */
  private static double deviation(Shape shape) {
    long fanIn = shape.dimension() < 2 ? 1 : shape.slice(1).size();
    return Math.sqrt(2.0 / fanIn);
  }
}
