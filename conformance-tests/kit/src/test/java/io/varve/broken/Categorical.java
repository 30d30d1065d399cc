package io.varve.broken;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.List;

/**
 * A logit for each level of each number, as it should be: what the broken likelihoods each get one
 * thing wrong of. Logits are [B or 1, event, levels].
 */
class Categorical implements Distribution {
  final Pass pass;
  final Space space;
  final int levels;
  NDArray logits;

  Categorical(Pass pass, Space space, int levels, NDArray logits) {
    requireLevels(space);
    this.pass = pass;
    this.space = space;
    this.levels = levels;
    this.logits = logits;
  }

  Categorical(Pass pass, Space space, NDList parameters) {
    this(pass, space, space.levels(), parameters.head());
  }

  static List<Parameters> parameters(Space space) {
    return parameters(space, space.levels());
  }

  static List<Parameters> parameters(Space space, int levels) {
    requireLevels(space);
    return List.of(new Parameters(space.shape().add(levels), Initializer.ZEROS));
  }

  static void requireLevels(Space space) {
    if (space.levels() < 2) {
      throw new IllegalArgumentException(
          "needs at least 2 levels, not %d; use a family of real numbers"
              .formatted(space.levels()));
    }
  }

  private int axis() {
    return space.shape().dimension() + 1;
  }

  NDArray logMasses() {
    return logits.logSoftmax(axis());
  }

  /** 0..levels-1, to compare or combine with what has one more axis than an event. */
  NDArray each(NDArray like) {
    return like.getManager().arange(levels).toType(like.getDataType(), false);
  }

  @Override
  public Draw draw() {
    NDArray u = pass.noise().uniform(space.shape());
    NDArray value = level(u);
    return new Draw(value, logProb(value));
  }

  /** How many cumulated masses each number has passed. */
  NDArray level(NDArray u) {
    NDArray cumulated = logMasses().exp().cumSum(axis());
    NDArray passed = u.expandDims(axis()).gte(cumulated).toType(u.getDataType(), false);
    return clip(passed.sum(new int[] {axis()}), 0, levels - 1.0);
  }

  @Override
  public NDArray logProb(NDArray value) {
    NDArray onGrid = value.eq(clip(value.floor(), 0, levels - 1.0));
    return sumEvent(logMass(value).add(onGrid.toType(DataType.FLOAT32, false).log()));
  }

  /** The log-mass of each number's level; zero where it has none. */
  NDArray logMass(NDArray value) {
    NDArray wide = value.expandDims(axis());
    NDArray chosen = wide.eq(each(wide)).toType(value.getDataType(), false);
    return chosen.mul(logMasses()).sum(new int[] {axis()});
  }

  @Override
  public NDArray mode() {
    return logits.argMax(axis()).toType(logits.getDataType(), false);
  }

  @Override
  public NDArray mean() {
    NDArray masses = logMasses().exp();
    NDArray mean = masses.mul(each(masses)).sum(new int[] {axis()});
    return mean.minimum(constant(mean, levels - 1.0)); // rounding may leave the sum above
  }
}
