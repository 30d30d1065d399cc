package io.varve.bijectors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;

/** The map of {@link BatchNorm}. */
final class Normalised implements Bijection {
  private final BatchNorm keys;
  private final Parameter scale;
  private final Parameter shift;
  private final Parameter mean;
  private final Parameter variance;

  Normalised(BatchNorm keys, Shape event) {
    this.keys = keys;
    scale = parameter("scale", event, Initializer.ZEROS, true);
    shift = parameter("shift", event, Initializer.ZEROS, true);
    mean = parameter("mean", event, Initializer.ZEROS, false);
    variance = parameter("variance", event, Initializer.ONES, false);
  }

  private static Parameter parameter(
      String name, Shape shape, Initializer start, boolean isTrained) {
    return Parameter.builder()
        .setName(name)
        .setType(Parameter.Type.OTHER)
        .optShape(shape)
        .optInitializer(start)
        .optRequiresGrad(isTrained)
        .build();
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    NDArray m = pass.value(mean);
    NDArray v = pass.value(variance);
    if (pass.training()) {
      NDArray own = y.mean(new int[] {0});
      NDArray ownVariance = y.sub(own).square().mean(new int[] {0});
      move(m, own);
      move(v, ownVariance);
      m = own;
      v = ownVariance;
    }
    NDArray logSlope = logSlope(pass, v);
    NDArray u = y.sub(m).mul(logSlope.exp()).add(pass.value(shift));
    return new Mapped(u, logDet(y, logSlope));
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    NDArray slope = logSlope(pass, pass.value(variance)).neg();
    NDArray y = x.sub(pass.value(shift)).mul(slope.exp()).add(pass.value(mean));
    return new Mapped(y, logDet(x, slope));
  }

  /** log ∂u/∂x = scale - log(v + epsilon) / 2, of the event's shape. */
  private NDArray logSlope(Pass pass, NDArray v) {
    NDArray logDeviation = v.add(constant(v, keys.epsilon())).log().mul(constant(v, 0.5));
    return pass.value(scale).sub(logDeviation);
  }

  /** One number for all rows, [B]. */
  private static NDArray logDet(NDArray rows, NDArray logSlope) {
    return sumEvent(rows.zerosLike().add(logSlope));
  }

  /** Moves a running average towards a batch's value, in place: it is a buffer. */
  private void move(NDArray average, NDArray own) {
    average.muli(constant(average, 1 - keys.momentum()));
    average.addi(own.stopGradient().mul(constant(own, keys.momentum())));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(scale, shift, mean, variance);
  }
}
