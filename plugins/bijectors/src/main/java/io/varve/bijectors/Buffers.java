package io.varve.bijectors;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

/** Fixed whole numbers that are kept with a model, as parameters that are not trained. */
final class Buffers {
  private Buffers() {}

  /** A buffer [values]; single precision is exact up to 16 million. */
  static Parameter of(String name, int... values) {
    float[] numbers = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      numbers[i] = values[i];
    }
    return Parameter.builder()
        .setName(name)
        .setType(Parameter.Type.OTHER)
        .optShape(new Shape(values.length))
        .optInitializer((manager, shape, type) -> manager.create(numbers).toType(type, false))
        .optRequiresGrad(false)
        .build();
  }
}
