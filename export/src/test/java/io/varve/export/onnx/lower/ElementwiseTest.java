package io.varve.export.onnx.lower;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;
import static io.varve.export.onnx.Exports.whole;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.varve.export.onnx.Agreement;
import io.varve.export.onnx.Exports;
import io.varve.export.onnx.record.Traced;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Operations on single elements agree with DJL, type by type. */
class ElementwiseTest extends Agreement {
  @TestFactory
  Stream<DynamicTest> arithmetic() {
    on("array", x -> x.add(x.square()).sub(x.abs()).mul(x).div(x.square().add(1)));
    on("numbers", x -> x.add(1).sub(0.5).mul(2f).div(3L));
    on("reversed", x -> NDArrays.sub(1, x).add(NDArrays.div(1, x.square().add(1))));
    on("reversed power", x -> NDArrays.pow(2, x));
    on("pow", x -> x.abs().pow(1.5).add(x.pow(2)));
    on("float modulus", x -> x.mod(0.7).add(x.mod(-0.7)).add(x.mod(x.flip(1))));
    on("extrema", x -> x.maximum(0.2).minimum(x.neg()));
    on("signs", x -> x.sign().add(x.neg()).add(x.abs()));
    on("roots", x -> x.abs().sqrt().add(x.abs().cbrt()));
    on("exponentials", x -> x.exp().add(x.abs().add(0.1).log()).add(x.abs().add(1).log2()));
    on("log10", x -> x.abs().add(1).log10());
    on("circle", x -> x.sin().add(x.cos()).add(x.clip(-1, 1).tan()).add(x.atan()));
    on("arcs", x -> x.clip(-0.9, 0.9).asin().add(x.clip(-0.9, 0.9).acos()));
    on("hyperbola", x -> x.sinh().add(x.cosh()).add(x.tanh()));
    on("angles", x -> x.toDegrees().add(x.toRadians()));
    on("error function", NDArray::erf);
    on("inverse error function", x -> x.tanh().erfinv());
    on(
        "inverse error function in the tails",
        (x, m) ->
            m.create(new float[] {-1.5f, -1, -0.9999f, -0.999999f, 0, 1e-30f, 0.99999994f, 1})
                .add(x.sum().mul(0))
                .erfinv());
    on("arc of two", x -> x.atan2(x.flip(1)).add(x.flip(2).atan2(x.add(1))));
    agrees(
        "arc of two at zeros and infinities",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(1)).mul(0);
          float[] edges = {
            0f, -0f, 1f, -1f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1e-40f
          };
          NDArray all = trace.manager().create(edges).add(x);
          return Map.of("y", all.expandDims(2).atan2(all.expandDims(1)));
        });
    on("rounding", x -> x.floor().add(x.ceil()).add(x.trunc()).add(x.round()));
    on("halves round to even", x -> x.mul(4).round().div(2).round());
    on("xlogy", x -> x.maximum(0).xlogy(x.abs().add(0.1)));
    on("clip", x -> x.clip(-0.5, 0.5));
    on("batch as a number", x -> x.sum().div(x.getShape().get(0)));
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> types() {
    for (DataType type : List.of(DataType.INT32, DataType.INT64, DataType.UINT8)) {
      agrees(
          type + " arithmetic",
          trace -> {
            NDArray i = whole(trace, "i", 200, type, 5);
            return outputs(
                i.add(i),
                i.mul(3),
                i.sub(7),
                i.div(4),
                i.mod(7),
                i.mul(0.5f),
                i.add(0.25),
                i.maximum(9),
                i.gt(3),
                i.gt(3.5),
                i.eq(i.flip(1)),
                i.neg().abs(),
                i.sign(),
                i.toType(DataType.FLOAT32, false).div(255f),
                i.clip(5, 90),
                i.floor(),
                i.square(),
                i.sum(new int[] {1}),
                i.max(new int[] {1}),
                i.argMax(1),
                i.cumSum(1),
                i.exp());
          });
      agrees(
          type + " mod with a negative divisor",
          trace ->
              Map.of(
                  "y", whole(trace, "i", 9, type, 5).sub(type == DataType.UINT8 ? 0 : 4).mod(3)));
    }
    agrees(
        "integer mod floors",
        trace -> Map.of("y", whole(trace, "i", 9, DataType.INT64, 5).sub(4).mod(-3)));
    agrees(
        "booleans",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(5));
          NDArray b = x.gt(0);
          return outputs(
              b,
              b.logicalNot(),
              b.logicalAnd(x.gt(1)),
              b.logicalOr(x.lt(-1)),
              b.logicalXor(x),
              b.toType(DataType.FLOAT32, false),
              b.sum(),
              b.mul(x),
              b.all(),
              b.any(),
              b.none(),
              NDArrays.where(x.lt(0.5), b, b.logicalNot()),
              x.toType(DataType.BOOLEAN, false),
              b.add(b),
              b.countNonzero(1),
              b.eq(x.gt(0.1)));
        });
    agrees(
        "double precision",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(5)).toType(DataType.FLOAT64, false);
          return outputs(
              x.mul(0.1),
              x.exp(),
              x.abs().sqrt(),
              x.sum(new int[] {1}),
              x.mean(new int[] {1}),
              x.softmax(1),
              x.prod(new int[] {1}),
              x.logSoftmax(1),
              Activation.softPlus(x),
              Activation.relu(x),
              Activation.sigmoid(x),
              x.tanh(),
              x.gt(0),
              x.clip(-1, 1),
              x.cumSum(1),
              x.sin(),
              x.matMul(x.transpose()),
              x.toType(DataType.FLOAT32, false),
              x.maximum(0.3),
              x.round(),
              x.log());
        });
    agrees(
        "double precision, written out",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(5)).toType(DataType.FLOAT64, false);
          return outputs(
              x.tan(),
              x.sinh(),
              x.cosh(),
              x.cumProd(1),
              x.diff(1, 1),
              Activation.softSign(x),
              Activation.leakyRelu(x, 0.1f),
              Activation.elu(x, 1.5f),
              Activation.selu(x),
              Activation.elu(x.mul(1e-9), 1f).mul(1e9),
              x.mul(1e-9).sinh().mul(1e9),
              Activation.elu(x.mul(Double.NEGATIVE_INFINITY).abs().neg(), 1f),
              Activation.mish(x),
              Activation.swish(x, 1f));
        });
    agrees(
        "mixed",
        trace -> {
          NDArray i = whole(trace, "i", 9, DataType.INT64, 5);
          NDArray x = normal(trace, "x", new Shape(5));
          return outputs(
              i.add(x),
              x.add(i),
              x.gt(i),
              i.lte(x),
              i.eq(2.0),
              x.pow(i),
              i.concat(x.toType(DataType.INT64, false), 1),
              x.eq(x.toType(DataType.FLOAT64, false)));
        });
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> comparisons() {
    agrees(
        "with broadcasting",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(6, 4));
          NDArray y = normal(trace, "y", new Shape(1, 4));
          return outputs(x.gt(y), x.gte(y), x.lt(y), x.lte(y), x.eq(y), x.neq(y), x.maximum(y));
        });
    on("where", x -> NDArrays.where(x.gt(0), x, x.mul(0.1f)));
    on("where with a scalar", (x, m) -> NDArrays.where(x.gt(0), x, m.create(-1f)));
    agrees(
        "not a number and infinity",
        trace -> {
          NDArray x = normal(trace, "x", new Shape(5));
          NDArray odd = x.log();
          NDArray even = NDArrays.where(x.gt(0), odd, odd.onesLike().mul(Float.POSITIVE_INFINITY));
          return outputs(
              odd,
              odd.isNaN(),
              even,
              even.isInfinite(),
              even.neg(),
              odd.maximum(0),
              odd.neq(odd),
              odd.eq(odd),
              x.mul(Float.NaN),
              odd.sign(),
              even.max(new int[] {1}),
              Activation.relu(odd),
              odd.clip(-1, 1),
              even.gt(3),
              x.maximum(Float.NEGATIVE_INFINITY),
              odd.abs(),
              Activation.softPlus(even.neg()),
              Activation.softPlus(even),
              odd.round(),
              Activation.sigmoid(even));
        });
    return tests.stream();
  }

  /** A scale far down would end up in a divisor; the relative error counts. */
  @Test
  void softplusKeepsItsPrecisionFarDown() {
    Traced relative =
        trace -> {
          NDArray x = normal(trace, "x", new Shape(500)).mul(10);
          NDArray exact = x.toType(DataType.FLOAT64, false);
          NDArray softplus = Activation.softPlus(exact.neg().abs().neg());
          NDArray found = Activation.softPlus(x.abs().neg()).toType(DataType.FLOAT64, false);
          return Map.of("ratio", found.div(softplus));
        };
    assertThat(Exports.parity(relative).worst()).isLessThan(Exports.TOLERANCE);
  }
}
