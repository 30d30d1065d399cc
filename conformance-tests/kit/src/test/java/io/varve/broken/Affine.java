package io.varve.broken;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Ops;
import io.varve.spi.Pass;
import java.util.List;

/** y = exp(scale) x + shift with learned constants: right as it stands, and broken by others. */
class Affine implements Bijection {
  final Parameter scale;
  final Parameter shift;

  Affine(Shape event) {
    scale = parameter("scale", event, new NormalInitializer(0.1f));
    shift = parameter("shift", event, Initializer.ZEROS);
  }

  /** The same, but for a bijector that reads no context. */
  static Affine of(Shape event, List<Shape> context) {
    refuse(context);
    return new Affine(event);
  }

  static void refuse(List<Shape> context) {
    if (!context.isEmpty()) {
      throw new IllegalArgumentException("it reads no context, but is given " + context);
    }
  }

  static Parameter parameter(String name, Shape shape, Initializer start) {
    return Parameter.builder()
        .setName(name)
        .setType(Parameter.Type.OTHER)
        .optShape(shape)
        .optInitializer(start)
        .build();
  }

  /** log of the factor, [1, event]. */
  NDArray scale(Pass pass, NDArray x) {
    return pass.value(scale).expandDims(0);
  }

  /** What is added, [1, event]. */
  NDArray shift(Pass pass, NDArray x) {
    return pass.value(shift).expandDims(0);
  }

  /** The sum of the scale, [B]. */
  NDArray logDet(NDArray scale, NDArray x) {
    return Ops.sumEvent(x.zerosLike().add(scale));
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    NDArray scale = scale(pass, x);
    return new Mapped(x.mul(scale.exp()).add(shift(pass, x)), logDet(scale, x));
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    NDArray scale = scale(pass, y);
    return new Mapped(y.sub(shift(pass, y)).div(scale.exp()), logDet(scale, y).neg());
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(scale, shift);
  }
}
