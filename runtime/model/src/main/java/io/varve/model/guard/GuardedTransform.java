package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import io.varve.model.guard.Guard;
import io.varve.spi.Node.Derived;
import io.varve.spi.Space;
import java.util.Arrays;
import java.util.Optional;

/** y = d(x): the transform of a derived variable, held to what it promises. */
final class Derivation {
  private Derivation() {}

  /** The space of y, given that of what it is derived from. */
  static Space space(Derived node, Space of) {
    Guard guard = guard(node);
    Space space = guard.built("space", () -> node.by().space(of));
    boolean sound =
        space.shape() != null
            && space.levels() >= 0
            && Arrays.stream(space.shape().getShape()).allMatch(axis -> axis > 0);
    if (!sound) {
      throw guard.fault("space returned " + space + ", whose axes must be above 0", null);
    }
    return space;
  }

  /**
   * The value of y.
   *
   * @param of the value it is derived from, and its space
   * @param promised the space of y
   */
  static NDArray value(
      Derived node, ParameterStore parameters, NDArray of, Space space, Space promised) {
    Guard guard = guard(node);
    NDArray y = guard.run("apply", parameters, new NDList(of), () -> node.by().apply(of, space));
    long rows = of.getShape().get(0);
    return guard.batch("apply", y, Optional.of(of.getDataType()), promised.shape(), rows);
  }

  private static Guard guard(Derived node) {
    return new Guard(node.name() + ".by", node.by());
  }
}
