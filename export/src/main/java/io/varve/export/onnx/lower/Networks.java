package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.graph.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Matrix products and the layers of networks. Layers are called on any array; their own input is
 * argument 1.
 */
final class Networks {
  static final List<Operator> OPERATORS =
      List.of(
          one("NDArray.matMul", "MatMul", Networks::matMul),
          one("NDArray.batchMatMul", "MatMul", Networks::matMul),
          one("NDArray.dot", "MatMul", Networks::matMul),
          one("NDArrayEx.linear", "Gemm", Networks::linear).only(Operator.FLOATING),
          one("NDArrayEx.embedding", "Gather", Networks::embedding),
          one("NDArrayEx.convolution", "Conv", Networks::convolution)
              .only("FLOAT32")
              .refusing("FLOAT64: convert with toType(FLOAT32, false)"),
          one("NDArrayEx.batchNorm", "BatchNormalization", Networks::batchNorm)
              .only(Operator.FLOATING)
              .refusing("training: export the forward pass"),
          one("NDArrayEx.layerNorm", "LayerNormalization", Networks::layerNorm)
              .only(Operator.FLOATING));

  private Networks() {}

  /**
   * A vector beside a matrix becomes a matrix: ONNX Runtime fuses a product with a Transpose before
   * it, and multiplies a vector by the matrix as it was.
   */
  private static String matMul(Call c) {
    DataType computed = Types.arithmetic(c.type());
    boolean row = c.rank(0) == 1 && c.rank(1) > 1;
    boolean column = c.rank(1) == 1 && c.rank(0) > 1;
    String left = apart(c, c.in(0, computed));
    String right = apart(c, c.in(1, computed));
    left = row ? c.node("Unsqueeze", left, c.emit().ints(0)) : left;
    right = column ? c.node("Unsqueeze", right, c.emit().ints(1)) : right;
    String product = apart(c, c.node("MatMul", left, right));
    product = row || column ? c.reshape(product, c.shape()) : product;
    return c.emit().cast(product, computed, c.type());
  }

  /**
   * ONNX Runtime fuses a product with a scaling before or behind it, and keeps the scale in
   * FLOAT32. The maximum of one array, which is that array, stands between the two.
   */
  static String apart(Call c, String x) {
    return c.type() == DataType.FLOAT64 ? c.node("Max", x) : x;
  }

  /** The weight is [out, in]; Gemm reads it as it lies in the file. */
  private static String linear(Call c) {
    List<String> inputs = new ArrayList<>(List.of(c.in(1), c.in(2)));
    if (c.rank(1) != 2) {
      long features = c.shape(2).get(1).offset();
      inputs.set(0, c.node("Reshape", c.in(1), c.emit().ints(-1, features)));
    }
    if (c.has(3)) {
      inputs.add(c.in(3));
    }
    String product = c.node("Gemm", Map.of("transB", 1L), inputs.toArray(String[]::new));
    return c.rank(1) == 2 ? product : c.reshape(product, c.shape());
  }

  private static String embedding(Call c) {
    return c.node("Gather", Map.of("axis", 0L), c.in(2), c.in(1, DataType.INT64));
  }

  private static String convolution(Call c) {
    c.floatOnly(c.type());
    long[] padding = c.wholes(5);
    Map<String, ?> attributes =
        Map.of(
            "strides", c.wholes(4),
            "pads", twice(padding),
            "dilations", c.wholes(6),
            "group", c.whole(7));
    return c.has(3)
        ? c.node("Conv", attributes, c.in(1), c.in(2), c.in(3))
        : c.node("Conv", attributes, c.in(1), c.in(2));
  }

  /** The same padding in front and behind. */
  static long[] twice(long[] padding) {
    return LongStream.concat(LongStream.of(padding), LongStream.of(padding)).toArray();
  }

  /** Arguments: input, mean, variance, gamma, beta, axis, momentum, epsilon, training. */
  private static String batchNorm(Call c) {
    int axis = (int) c.whole(6);
    // DJL's axis -1 stands for the channels, which are axis 1.
    long[] order = Reshaping.swapped(c.rank(1), 1, axis == -1 ? 1 : axis);
    String normal =
        c.node(
            "BatchNormalization",
            Map.of("epsilon", c.number(8).floatValue()),
            Reshaping.transpose(c, c.in(1), order),
            c.in(4),
            c.in(5),
            c.in(2),
            c.in(3));
    return Reshaping.transpose(c, normal, order);
  }

  private static String layerNorm(Call c) {
    Map<String, ?> attributes =
        Map.of("axis", -(long) c.wholes(2).length, "epsilon", c.number(5).floatValue());
    return c.node("LayerNormalization", attributes, c.in(1), c.in(3), c.in(4));
  }
}
