package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/** Adds rounding errors to what statements read and give. */
record RandomNoise(Random random) implements RandomProgram.Watcher {
  /** What a rounding error may be taken for: libraries differ by as much in one operation. */
  private static final double SINGLE = Math.scalb(1.0, -21);

  private static final double DOUBLE = Math.scalb(1.0, -49);

  @Override
  public NDArray operand(RandomStep step, NDArray operand) {
    boolean rounds =
        step.kind() == RandomStep.Kind.ROUNDED || step.kind() == RandomStep.Kind.COMPOSED;
    return rounds && operand.getDataType().isFloating()
        ? each(operand, x -> x * factor(operand))
        : operand;
  }

  @Override
  public NDArray result(RandomStep step, NDArray result) {
    if (!result.getDataType().isFloating()) {
      return result;
    }
    return switch (step.kind()) {
      case ROUNDED -> each(result, y -> signed(y * factor(result)));
      case COMPOSED -> each(result, y -> signed(near(y * factor(result), noise(result))));
      case IN_PLACE -> result.muli(each(result, y -> factor(result)));
      default -> each(result, this::signed);
    };
  }

  private static NDArray each(NDArray array, DoubleUnaryOperator change) {
    double[] elements = Arrays.stream(Elements.of(array)).map(change).toArray();
    return array.getManager().create(elements, array.getShape()).toType(array.getDataType(), false);
  }

  private static double noise(NDArray array) {
    return array.getDataType() == DataType.FLOAT32 ? SINGLE : DOUBLE;
  }

  private double factor(NDArray array) {
    return random.nextBoolean() ? 1 + noise(array) : 1 - noise(array);
  }

  /** A little more, a little less, or nothing where it is little. */
  private double near(double y, double noise) {
    if (Math.abs(y) < noise && random.nextBoolean()) {
      return 0;
    }
    return random.nextBoolean() ? y + noise : y - noise;
  }

  /** Zeros of either sign: ONNX Runtime drops additions of 0, which keep it negative. */
  private double signed(double y) {
    return y == 0 && random.nextBoolean() ? -y : y;
  }
}
