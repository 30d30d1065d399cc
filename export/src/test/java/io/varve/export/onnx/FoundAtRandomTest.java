package io.varve.export.onnx;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;
import static io.varve.export.onnx.Exports.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.varve.export.onnx.record.Traced;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What random programs found, each in the fewest statements that show it. */
class FoundAtRandomTest extends Agreement {
  /** Double precision over a few operations. */
  private static final double DOUBLE = 1e-14;

  private static Traced doubles(BiFunction<NDArray, NDManager, NDArray> function) {
    return trace ->
        Map.of(
            "y",
            function.apply(
                normal(trace, "x", new Shape(3, 3)).toType(DataType.FLOAT64, false),
                trace.manager()));
  }

  private void precisely(String name, BiFunction<NDArray, NDManager, NDArray> function) {
    tests.add(dynamicTest(name, () -> Exports.parity(doubles(function)).require(DOUBLE)));
  }

  private void refuses(String name, Traced code, String... words) {
    tests.add(
        dynamicTest(
            name,
            () ->
                assertThatThrownBy(() -> Exports.export(code))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("io.varve.export.onnx.FoundAtRandomTest:")
                    .hasMessageContainingAll(words)));
  }

  /** ONNX Runtime rewrites some neighbours to single nodes, which are not always the same. */
  @TestFactory
  Stream<DynamicTest> fusions() {
    on(
        "a vector times what was transposed",
        (x, m) -> x.swapAxes(1, 2).matMul(m.create(new float[] {1, 2, 3, 4, 5, 6})));
    on(
        "what was transposed, after a vector",
        (x, m) -> m.create(new float[] {1, 2, 3, 4}).matMul(x.swapAxes(1, 2)));
    precisely("a scaling before a product", (x, m) -> x.mul(0.1).matMul(x));
    precisely("a scaling behind a product", (x, m) -> x.matMul(x).div(0.3));
    precisely("x sigmoid(x)", (x, m) -> Activation.swish(x, 0.7f));
    precisely("relu and clip", (x, m) -> Activation.relu(x).clip(-1, 1.25));
    return tests.stream();
  }

  /** ONNX Runtime sums and multiplies INT64 in FLOAT64. */
  @TestFactory
  Stream<DynamicTest> wholeNumbers() {
    long large = (1L << 53) - 1;
    agrees(
        "sums beyond 2^53 and around",
        trace -> {
          NDArray i = whole(trace, "i", 9, DataType.INT64, 3, 4);
          NDArray sums = i.add(large).sum(new int[] {1});
          return outputs(
              sums.sub(3 * large),
              i.add(large).sum().mod(1000L),
              i.add(1L << 62).sum(new int[] {2, 1}, true).mod(1000L));
        });
    agrees(
        "powers that wrap around",
        trace -> outputs(whole(trace, "i", 200, DataType.UINT8, 4).pow(3).add(0)));
    agrees(
        "numbers that a byte cannot hold",
        trace -> {
          NDArray i = whole(trace, "i", 256, DataType.UINT8, 40);
          return outputs(i.lte(-2), i.gt(300), i.clip(-1, 3), NDArrays.where(i.gt(9), i, i.neg()));
        });
    agrees(
        "products beyond 2^53 and around",
        trace -> {
          NDArray i = whole(trace, "i", 9, DataType.INT32, 3, 50).mul(2).add(1);
          return outputs(
              i.prod().mod(1000L),
              i.prod(new int[] {2}, true).mod(1000L),
              i.prod(new int[] {0}, false).mod(1000L));
        });
    refuses(
        "powers by arrays",
        trace -> {
          NDArray i = whole(trace, "i", 9, DataType.INT32, 3);
          return outputs(i.pow(i));
        },
        "NDArray.pow");
    refuses(
        "softSign of bytes",
        trace -> outputs(Activation.softSign(whole(trace, "i", 9, DataType.UINT8, 3))),
        "NDArrayEx.softSign");
    return tests.stream();
  }

  /** The engine puts NaN last and keeps it; ONNX Runtime compares it with nothing. */
  @Test
  void keepsNanInMaximaAndOrder() {
    Traced code =
        trace -> {
          NDArray x = normal(trace, "x", new Shape(6, 4));
          NDArray odd = x.log().div(x.sub(0.5f).maximum(0));
          return outputs(
              odd.max(),
              odd.max(new int[] {1}),
              odd.min(new int[] {2}, true),
              odd.argMax(1),
              odd.argMin(2),
              odd.sort(1),
              odd.topK(2, 1, true, true).get(0),
              odd.topK(3, 2, false, true).get(0),
              odd.getNDArrayInternal().globalMaxPool());
        };
    assertThat(Exports.parity(code).worst()).isLessThan(Exports.TOLERANCE);
  }

  @TestFactory
  Stream<DynamicTest> nearestPixels() {
    for (int[] sizes : new int[][] {{14, 4}, {7, 3}, {10, 7}, {3, 7}, {5, 10}}) {
      agrees(
          "from " + sizes[0] + " to " + sizes[1],
          trace -> {
            NDArray x = normal(trace, "x", new Shape(1, sizes[0], 2));
            long[] size = {sizes[1], 2};
            return outputs(x.getNDArrayInternal().interpolation(size, 0, false));
          });
    }
    return tests.stream();
  }

  /** ONNX Runtime moves a Transpose behind a Resize, which then has no kernel for its axes. */
  @TestFactory
  Stream<DynamicTest> resizingBesideATranspose() {
    for (int mode = 0; mode < 4; mode++) {
      int how = mode;
      agrees(
          "mode " + mode,
          trace -> {
            NDArray x = normal(trace, "x", new Shape(5, 4, 2)).transpose(0, 3, 1, 2);
            long[] size = {7, 3};
            NDArray y = x.getNDArrayInternal().interpolation(size, how, false);
            return outputs(y.transpose(0, 2, 3, 1), y.abs());
          });
    }
    return tests.stream();
  }

  /** At the batch sizes traced these are the same; at batch 1 or 2 they are not. */
  @TestFactory
  Stream<DynamicTest> smallBatches() {
    String[] axes = {"axis", "batch 1"};
    refuses("squeeze", Exports.of(x -> x.squeeze()), "NDArray.squeeze", "size B", "name the axes");
    refuses("squeeze of the batch", Exports.of(x -> x.squeeze(0)), "NDArray.squeeze");
    refuses("the first two rows", Exports.of(x -> x.get("0:2")), "NDArray.get", axes[0], axes[1]);
    refuses("the last two rows", Exports.of(x -> x.get("-2:")), "NDArray.get", "takes 1");
    on("the first row", x -> x.get("0:1").add(x.get("-1:")));
    on("all rows but one, twice", x -> x.concat(x, 0).get("2:").add(x.concat(x, 0).get(":-2")));
    on(
        "constants that were equal at all batch sizes traced",
        (x, m) -> x.add(m.eye((int) x.getShape().get(0), 4, 0).norm(new int[] {0})));
    on(
        "a bound that was never reached",
        (x, m) -> x.add(m.arange(3).clip(0, x.getShape().get(0)).sum()));
    return tests.stream();
  }

  @Test
  void repeatsAScalar() {
    Exports.parity(Exports.of(x -> x.getScalar(0, 0, 0).repeat(new long[] {}))).require(0);
  }

  @Test
  void namesTheOperationWhoseResultHasABadSize() {
    assertThatThrownBy(
            () -> Exports.export(Exports.of((x, m) -> m.arange((int) squared(x)).add(x.sum()))))
        .hasMessageStartingWith("io.varve.export.onnx.FoundAtRandomTest:")
        .hasMessageContainingAll("NDManager.arange has [9, 25, 64]", "axis 0 of its result");
  }

  private static long squared(NDArray x) {
    return x.getShape().get(0) * x.getShape().get(0);
  }
}
