package io.varve.model.guard;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.Arrays;
import java.util.Optional;

/** The transform y = d(x) of a derived variable, held to what it promises. */
public final class GuardedTransform {
  private final Guard guard;
  private final Transform transform;
  private final Space from;
  private final Space to;

  /**
   * Asks a transform for the space of y.
   *
   * @param path its place in a model, {@code y.by}
   * @param from the space of x
   * @throws IllegalArgumentException if the transform refuses it or is at fault
   */
  public GuardedTransform(String path, Transform transform, Space from) {
    this.guard = new Guard(path, transform);
    this.transform = transform;
    this.from = from;
    this.to = guard.built("space", () -> transform.space(from));
    boolean sound =
        to.shape() != null
            && to.levels() >= 0
            && Arrays.stream(to.shape().getShape()).allMatch(axis -> axis > 0);
    if (!sound) {
      throw guard.fault("space returned " + to + ", whose axes must be above 0", null);
    }
  }

  /** The space of y. */
  public Space space() {
    return to;
  }

  /**
   * The value of y, [B, y].
   *
   * @param parameters those of the pass
   * @param x [B, x]
   */
  public NDArray apply(ParameterStore parameters, NDArray x) {
    NDArray y = guard.run("apply", parameters, new NDList(x), () -> transform.apply(x, from));
    return guard.batch("apply", y, Optional.of(x.getDataType()), to.shape(), x.getShape().get(0));
  }
}
