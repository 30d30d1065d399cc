package io.varve.bijectors;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Arrays;

/**
 * The inputs, hidden units or outputs of a MADE, in ascending order of their degrees.
 *
 * @param degrees a buffer with them, [units]
 * @param drawn the degrees as they were drawn; a checkpoint may hold others
 * @param known whether they follow from their number, so that a checkpoint holds the same
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares these
record MaskedUnits(Parameter degrees, int[] drawn, boolean known) {
  static MaskedUnits of(String name, boolean known, int... degrees) {
    int[] ascending = degrees.clone();
    Arrays.sort(ascending);
    return new MaskedUnits(buffer("degrees." + name, ascending), ascending, known);
  }

  /** A parameter that is not trained; floats are exact up to 16 million. */
  static Parameter buffer(String name, int... values) {
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

  int size() {
    return drawn.length;
  }

  /** The degree of a unit. */
  int degree(int unit) {
    return drawn[unit];
  }

  /** The degree of the last of the first so many units. */
  int last(int count) {
    return drawn[count - 1];
  }

  /** How many of these a unit of a degree reads. */
  int readBy(int degree, boolean strictly) {
    return (int) Arrays.stream(drawn).filter(d -> strictly ? d < degree : d <= degree).count();
  }
}
