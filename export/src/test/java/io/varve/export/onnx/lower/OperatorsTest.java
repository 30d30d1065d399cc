package io.varve.export.onnx.lower;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;
import static io.varve.export.onnx.Exports.whole;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.varve.export.onnx.Agreement;
import io.varve.export.onnx.record.Trace;
import io.varve.spi.Ops;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Operations on axes, shapes and positions agree with DJL. */
class OperatorsTest extends Agreement {
  @TestFactory
  Stream<DynamicTest> reductions() {
    on("sum", x -> x.sum(new int[] {1, 2}).add(x.sum(new int[] {-1}).sum(new int[] {1})));
    on("mean", x -> x.mean(new int[] {1}, true).add(x.mean()));
    on("max", x -> x.max(new int[] {-2}).add(x.max()));
    on("min", x -> x.min(new int[] {1}, true).add(x.min()));
    on("prod", x -> x.prod(new int[] {1}).add(x.add(2).prod(new int[] {2}, true).sum()));
    on("argMax", x -> x.argMax(2).add(x.argMax(-2).sum()));
    on("argMin", x -> x.argMin(1).add(x.argMin()));
    on("cumSum", x -> x.cumSum(1).add(x.cumSum(-1)).add(x.cumSum()));
    on("softmax", x -> x.softmax(-1).add(x.logSoftmax(1)));
    on("norm", x -> x.norm(new int[] {1}, true).add(x.norm()).add(x.norm(1, new int[] {2}, true)));
    on("normalize", x -> x.normalize().add(x.normalize(1, 2)));
    on("sort", x -> x.sort(1).add(x.sort()));
    on("argSort", x -> x.argSort(2).add(x.argSort(1, false)));
    on("topK", x -> x.topK(2, 1).get(0).add(x.topK(2, -2, false, true).get(1)));
    on("median of three by sort", x -> x.sort(1).get(":,3"));
    on("cumProd", x -> x.cumProd(1).add(x.add(1).cumProd(-1)).add(x.cumProd(0)));
    on("cumProd beyond single precision", x -> x.mul(1e20f).cumProd(1).mul(1e-30f).tanh());
    on("cumProd of whole numbers", x -> x.mul(3).toType(DataType.INT32, false).cumProd(2));
    on("diff", x -> x.diff(1, 1).concat(x.diff(2, -2), 1).add(x.diff(1, 0).sum()));
    agrees(
        "order of equals",
        trace -> {
          NDArray x = whole(trace, "x", 3, DataType.INT32, 50);
          return outputs(x.sort(1), x.argMax(1), x.argMin(1));
        });
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> shapes() {
    on("reshape with the batch", x -> x.reshape(x.getShape().get(0), 24));
    on("reshape to rows", x -> x.reshape(-1, 4));
    on("reshape with twice the batch", x -> x.reshape(x.getShape().get(0) * 2, 3, 4));
    on("flatten", x -> x.flatten(1, 2).add(x.flatten().sum()));
    on("squeeze", x -> x.get(":,0:1").squeeze(1).add(x.get("0, :, 2:3").squeeze().sum()));
    on("squeeze axes", x -> x.get(":,0:1,0:1").squeeze(new int[] {1, 2}));
    on("expandDims", x -> x.expandDims(1).add(x.expandDims(-3)));
    on("transpose", x -> x.transpose(0, 2, 1).add(x.transpose().transpose(2, 0, 1)));
    on("transpose with negative axes", x -> x.transpose(0, -1, -2));
    on("swapAxes", x -> x.swapAxes(0, 1).swapAxes(-1, 1));
    on("broadcast", x -> x.expandDims(1).broadcast(x.getShape().get(0), 5, 6, 4));
    on(
        "tile",
        x -> x.tile(new long[] {1, 2, 1}).concat(x.tile(2).get(":,:,0:4").split(2, 0).get(1), 1));
    on("tile to more axes", x -> x.tile(new long[] {3, 1, 2, 1}));
    on("tile by the batch", x -> x.get("0").tile(new long[] {x.getShape().get(0), 1}));
    on("repeat", x -> x.repeat(1, 2).add(x.repeat(new long[] {1, 2, 1})));
    on("repeat the batch", x -> x.repeat(0, 3).add(x.repeat(3).sum()));
    on("flip", x -> x.flip(1).add(x.flip(0, -1)));
    on("rotate90", x -> x.rotate90(1, new int[] {1, 2}).add(x.rotate90(-1, new int[] {1, 2})));
    on("rotate90 back", x -> x.rotate90(2, new int[] {0, 2}).add(x.rotate90(4, new int[] {1, 2})));
    on("rotate90 the batch", x -> x.rotate90(3, new int[] {-1, 0}));
    on("pad", x -> x.pad(new Shape(1, 2, 0, 3), 0.5));
    on("concat", (x, m) -> x.concat(m.ones(new Shape(x.getShape().get(0), 1, 4)), 1));
    on("concat along the batch", x -> x.concat(x.mul(2), 0).concat(x.concat(x, 0), -2));
    on("stack", x -> x.stack(x.neg(), 1).add(NDArrays.stack(new NDList(x, x), -3)));
    on("split", x -> x.split(3, 1).get(2).add(x.split(new long[] {1, 4}, 1).get(2)));
    on("split of the batch", x -> x.concat(x, 0).split(2, 0).get(1));
    on("duplicate", x -> x.duplicate().stopGradient());
    on("toType", x -> x.toType(DataType.INT32, false).toType(DataType.FLOAT32, true));
    on("likes", x -> x.zerosLike().add(x.onesLike()));
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> indexing() {
    for (String index :
        List.of(
            ":,1:3",
            ":, 0",
            "..., -1",
            "1:, ::2, null",
            ":, -3:-1",
            "0",
            "-1, 2",
            ":,null,2,::3",
            "null, ..., 1:2",
            "2:, 1:5:2, 3",
            ":, 1:100")) {
      on("get " + index, x -> x.concat(x, 0).concat(x, 0).get(index));
    }
    on("get to the batch", x -> x.get(new NDIndex("0:" + (x.getShape().get(0) - 1) + ",:,1")));
    on("get at the batch", x -> x.get(x.getShape().get(0) - 1));
    on("get fixed", x -> x.get(0, 1).add(x.getScalar(0, 1, 2)));
    on("get by an array", (x, m) -> x.get(":,{}", m.create(new long[] {2, 0, -1})));
    on("get by an array in front", (x, m) -> x.get(m.create(new int[] {0, 0})));
    on("get mixed", (x, m) -> x.get("0, {}, 1:3", m.create(new int[] {5, 2, 2})));
    on(
        "get by several arrays",
        (x, m) ->
            x.get(
                ":,{},{}",
                m.create(new long[][] {{0, -1}}),
                m.create(new int[][] {{1}, {2}, {3}})));
    on(
        "get by arrays that are apart",
        (x, m) ->
            x.expandDims(2)
                .get("{},:,0,{}", m.create(new long[] {0}), m.create(new long[] {3, 1})));
    on(
        "get by arrays and slices",
        (x, m) ->
            x.get("0:1,{},null,{}", m.create(new long[] {5, 1}), m.create(new long[] {3, 1})));
    on("put", (x, m) -> x.put(m.create(new long[] {0, 7, 5}), m.create(new float[] {1, 2, 3})));
    on("take", (x, m) -> x.take(m.create(new long[] {0, 7, 23})));
    agrees(
        "gather",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(6, 4));
          NDArray i = whole(trace, "i", 6, DataType.INT64, 2, 4);
          return outputs(
              x.gather(i, 1),
              x.gather(i.toType(DataType.INT32, false).minimum(3), -1),
              x.scatter(i, i.toType(DataType.FLOAT32, false).mul(0).add(1), 1),
              i.oneHot(6),
              i.oneHot(7, DataType.INT64),
              i.oneHot(6, DataType.BOOLEAN));
        });
    on("gatherNd", (x, m) -> x.gatherNd(m.create(new long[][] {{0, 0, 0}, {1, 2, 5}})));
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> creation() {
    on("zeros", (x, m) -> m.zeros(new Shape(x.getShape().get(0), 3)).add(1));
    on("ones", (x, m) -> x.mul(m.ones(new Shape(4))).add(m.ones(new Shape(6, 4), DataType.INT32)));
    on("full", (x, m) -> m.full(new Shape(x.getShape().get(0)), 7).add(m.full(new Shape(), 2.5f)));
    on("large and fixed", (x, m) -> m.ones(new Shape(300, 300)).sum().add(x));
    on("arange", (x, m) -> m.arange(4).add(x).add(m.arange(0f, 2f, 0.5f)));
    on("arange of the batch", (x, m) -> m.arange((int) x.getShape().get(0)));
    on("eye", (x, m) -> x.matMul(m.eye(4)));
    on("eye of the batch", (x, m) -> m.eye((int) x.getShape().get(0)));
    on("linspace", (x, m) -> x.mul(m.linspace(0f, 1f, 4)));
    on("create", (x, m) -> x.mul(m.create(new float[] {1, 2, 3, 4})).add(m.create(3)));
    on("create a matrix", (x, m) -> x.mul(m.create(new float[][] {{1, 2, 3, 4}})));
    on("folded", (x, m) -> x.add(m.create(2f).mul(3).exp().add(m.arange(4))));
    on("from a plain scalar", (x, m) -> m.from(x).add(1));
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> networks() {
    on("matMul", x -> x.matMul(x.transpose(0, 2, 1)));
    on("batchMatMul", x -> x.batchMatMul(x.transpose(0, 2, 1)));
    on("dot", x -> x.get("0").dot(x.get("0").transpose()).add(x.get("0,0").dot(x.get("0,1"))));
    on("relu", Activation::relu);
    on("sigmoid", Activation::sigmoid);
    on("softplus", x -> Activation.softPlus(x.mul(30)));
    on("softsign", Activation::softSign);
    on("leaky relu", x -> Activation.leakyRelu(x, 0.1f));
    on("elu", x -> Activation.elu(x, 1.5f));
    on("selu", Activation::selu);
    on("gelu", Activation::gelu);
    on("swish", x -> Activation.swish(x, 1.5f));
    on("mish", Activation::mish);
    on("relu6", x -> Activation.relu6(x.mul(5)));
    agrees("nearest, larger", trace -> Map.of("y", resized(trace, 0, 9, 12)));
    agrees("nearest, smaller", trace -> Map.of("y", resized(trace, 0, 3, 4)));
    agrees("bilinear, larger", trace -> Map.of("y", resized(trace, 1, 12, 16)));
    agrees("bilinear, smaller", trace -> Map.of("y", resized(trace, 1, 3, 4)));
    agrees("bilinear, to other proportions", trace -> Map.of("y", resized(trace, 1, 11, 5)));
    agrees("area, larger", trace -> Map.of("y", resized(trace, 2, 9, 12)));
    agrees("area, smaller", trace -> Map.of("y", resized(trace, 2, 4, 3)));
    agrees("bicubic, larger", trace -> Map.of("y", resized(trace, 3, 12, 16)));
    agrees("bicubic, smaller", trace -> Map.of("y", resized(trace, 3, 3, 4)));
    agrees("bicubic, to other proportions", trace -> Map.of("y", resized(trace, 3, 11, 5)));
    for (int mode = 0; mode < 4; mode++) {
      int how = mode;
      agrees(
          "images, mode " + mode,
          trace -> {
            NDArray x = normal(trace, "x", new Shape(6, 8, 3));
            return Map.of("y", x.getNDArrayInternal().resize(5, 9, how));
          });
    }
    agrees(
        "area of three dimensions in double precision",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(2, 4, 5, 6)).toType(DataType.FLOAT64, false);
          return Map.of("y", x.getNDArrayInternal().interpolation(new long[] {2, 3, 7}, 2, false));
        });
    return tests.stream();
  }

  private static NDArray resized(Trace trace, int mode, long height, long width) {
    NDArray x = normal(trace, "x", new Shape(3, 6, 8));
    return x.getNDArrayInternal().interpolation(new long[] {height, width}, mode, false);
  }

  @TestFactory
  Stream<DynamicTest> inPlace() {
    on(
        "on its own array",
        x -> {
          NDArray y = x.mul(2);
          y.addi(1).subi(0.5).muli(x).divi(3).powi(2).negi().signi();
          return y.add(x);
        });
    on("modi", x -> x.mul(3).modi(2));
    on("of an input", x -> x.addi(1));
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> helpersOfTheSpi() {
    on("constant", x -> x.mul(Ops.constant(x, 0.1)));
    on("sumEvent", Ops::sumEvent);
    on("logSumExp", x -> Ops.logSumExp(x, 1));
    on("logSumExp of nothing", x -> Ops.logSumExp(x.mul(0).add(Float.NEGATIVE_INFINITY), 2));
    on("softplusElu", Ops::softplusElu);
    return tests.stream();
  }

  @Test
  void refusesAnOperationThatIsNotInTheTable() {
    assertThat(Operators.find("NDArray.median")).isEmpty();
    assertThat(Operators.all()).hasSizeGreaterThan(90);
  }
}
