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

  /** Not all, so that numbers that meet exactly do so at times. */
  @Override
  public NDArray operand(RandomStep step, NDArray operand) {
    boolean rounds =
        step.kind() == RandomStep.Kind.ROUNDED || step.kind() == RandomStep.Kind.COMPOSED;
    if (!rounds || !operand.getDataType().isFloating()) {
      return operand;
    }
    double noise = noise(operand);
    return each(operand, x -> random.nextInt(3) == 0 ? x * factor(noise) : x);
  }

  @Override
  public NDArray result(RandomStep step, NDArray result) {
    if (!result.getDataType().isFloating()) {
      return result;
    }
    double noise = noise(result);
    return switch (step.kind()) {
      case ROUNDED -> each(result, y -> signed(whole(y, y * factor(noise), noise)));
      case COMPOSED -> each(result, y -> signed(whole(y, near(y * factor(noise), noise), noise)));
      case IN_PLACE -> result.muli(each(result, y -> factor(noise)));
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

  private double factor(double noise) {
    return random.nextBoolean() ? 1 + noise : 1 - noise;
  }

  /** A little more or a little less. */
  private double near(double y, double noise) {
    return random.nextBoolean() ? y + noise : y - noise;
  }

  /** At times the whole number beside, as where a small number is 0 and tanh saturates at 1. */
  private double whole(double exact, double disturbed, double noise) {
    double whole = Math.rint(exact);
    boolean beside = Math.abs(exact - whole) < noise * Math.max(1, Math.abs(exact));
    return beside && random.nextBoolean() ? whole : disturbed;
  }

  /** Zeros of either sign: ONNX Runtime drops additions of 0, which keep it negative. */
  private double signed(double y) {
    return y == 0 && random.nextBoolean() ? -y : y;
  }
}
