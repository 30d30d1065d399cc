package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Random;

/** Adds rounding errors to what statements read and give. */
record RandomNoise(Random random) implements RandomProgram.Watcher {
  /** What a rounding error may be taken for: libraries differ by as much in one operation. */
  private static final double SINGLE = Math.scalb(1.0, -21);

  private static final double DOUBLE = Math.scalb(1.0, -49);

  @Override
  public NDArray operand(RandomStep step, NDArray operand) {
    boolean rounds =
        step.kind() == RandomStep.Kind.ROUNDED || step.kind() == RandomStep.Kind.COMPOSED;
    return rounds && operand.getDataType().isFloating() ? operand.mul(signs(operand, 1)) : operand;
  }

  @Override
  public NDArray result(RandomStep step, NDArray result) {
    if (!result.getDataType().isFloating()) {
      return result;
    }
    return switch (step.kind()) {
      case ROUNDED -> signed(result.mul(signs(result, 1)));
      case COMPOSED -> signed(result.mul(signs(result, 1)).add(signs(result, 0)));
      case IN_PLACE -> result.muli(signs(result, 1));
      default -> signed(result);
    };
  }

  /** Zeros of either sign: ONNX Runtime drops additions of 0, which keep it negative. */
  private NDArray signed(NDArray array) {
    double[] elements = Elements.of(array);
    if (Arrays.stream(elements).noneMatch(e -> e == 0)) {
      return array;
    }
    Arrays.setAll(elements, i -> elements[i] == 0 && random.nextBoolean() ? -1 : 1);
    return array.mul(plain(array, elements));
  }

  private static NDArray plain(NDArray like, double[] elements) {
    return like.getManager().create(elements, like.getShape()).toType(like.getDataType(), false);
  }

  /** A rounding error to either side of a number. */
  private NDArray signs(NDArray array, double center) {
    double[] signs = new double[Math.toIntExact(array.size())];
    double noise = array.getDataType() == DataType.FLOAT32 ? SINGLE : DOUBLE;
    Arrays.setAll(signs, i -> center + (random.nextBoolean() ? noise : -noise));
    return plain(array, signs);
  }
}
