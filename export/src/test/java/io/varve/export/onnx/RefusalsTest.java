package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whatever would freeze a value into the graph is refused, at the author's line. */
class RefusalsTest {
  private final NDManager manager = NDManager.newBaseManager();
  private final List<DynamicTest> tests = new ArrayList<>();

  @AfterEach
  void close() {
    manager.close();
  }

  private void refuses(String name, UnaryOperator<NDArray> function, String... words) {
    refuses(name, (x, m) -> function.apply(x), words);
  }

  private void refuses(
      String name, BiFunction<NDArray, NDManager, NDArray> function, String... words) {
    tests.add(
        dynamicTest(
            name,
            () ->
                assertThatThrownBy(() -> Exports.export(Exports.of(function)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(
                        "(?s)io\\.varve\\.export\\.onnx\\.RefusalsTest:\\d+: .+; .+")
                    .hasMessageContainingAll(words)
                    .message()
                    .doesNotContain("\n")));
  }

  @TestFactory
  Stream<DynamicTest> hostReads() {
    refuses("getFloat", x -> x.mul(x.max().getFloat()), "getFloat", "on the host");
    refuses("toFloatArray", x -> x.mul(x.toFloatArray()[0]), "NDArray.toFloatArray", "where");
    refuses("branch", x -> x.sum().getFloat() > 0 ? x : x.neg(), "on the host");
    refuses("contentEquals", x -> x.contentEquals(x.neg()) ? x : x.neg(), "contentEquals");
    refuses("allClose", x -> x.allClose(x) ? x : x.neg(), "allClose");
    refuses("equals", x -> x.equals(x.neg()) ? x : x.neg(), "equals");
    refuses("toByteBuffer", x -> x.mul(x.toByteBuffer().get(0)), "toByteBuffer");
    refuses("encode", (x, m) -> m.decode(x.encode()), "encode");
    refuses("toDebugString", x -> x.mul(x.toDebugString().length()), "toDebugString");
    refuses(
        "copyTo",
        (x, m) -> {
          NDArray y = m.zeros(x.getShape());
          x.copyTo(y);
          return y;
        },
        "copyTo");
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> plainArrays() {
    NDArray plain = manager.randomNormal(new Shape(6, 4));
    refuses("on the left", x -> plain.add(x), "a plain one", "put the traced array on the left");
    refuses(
        "on the left of where",
        x -> NDArrays.where(x.gt(0), plain.broadcast(x.getShape()), x),
        "a plain one");
    refuses("on the left of gather", x -> plain.gather(x, 1), "traced array");
    refuses("on the right", x -> x.add(plain), "never registered");
    refuses("large", x -> x.matMul(manager.ones(new Shape(4, 1000))), "never registered");
    refuses("in a list", x -> NDArrays.concat(new NDList(x, plain), 0), "never registered");
    refuses("as an index", x -> x.get(":,{}", manager.create(new long[] {1, 2})), "registered");
    refuses("drawn inside", x -> x.add(manager.randomNormal(x.getShape())), "never registered");
    refuses("cast to the engine's class", x -> JniUtils.softPlus((PtNDArray) x), "ClassCast");
    refuses("interned", (x, m) -> interned(x), "intern");
    NDArray learned = manager.create(2f);
    learned.setRequiresGradient(true);
    refuses("a scalar that is learned", x -> x.mul(learned), "never registered");
    NDArray counter = manager.create(2f);
    refuses(
        "a scalar that changes",
        x -> {
          NDArray y = x.mul(counter);
          counter.addi(1);
          return y;
        },
        "changed");
    return tests.stream();
  }

  private static NDArray interned(NDArray x) {
    NDArray y = x.mul(1);
    y.intern(x.mul(2));
    return y;
  }

  @TestFactory
  Stream<DynamicTest> overwriting() {
    refuses(
        "set at an index",
        x -> {
          NDArray y = x.duplicate();
          y.set(new NDIndex(":,0"), 0f);
          return y;
        },
        "overwrites",
        "NDArrays.where");
    refuses(
        "set from a buffer",
        (x, m) -> {
          NDArray y = m.zeros(new Shape(2));
          y.set(new float[] {1, 2});
          return x.add(y.sum());
        },
        "overwrites");
    refuses(
        "in place on an array with a view",
        x -> {
          NDArray y = x.mul(1);
          NDArray view = y.get(":,0:2");
          y.addi(1);
          return view;
        },
        "NDArray.addi",
        "another one shares",
        "use add");
    refuses(
        "in place on a view",
        x -> {
          NDArray y = x.mul(1);
          y.reshape(-1).muli(2);
          return y;
        },
        "NDArray.muli");
    refuses(
        "in place on one of two views",
        x -> {
          NDArray y = x.mul(1);
          NDArray view = y.reshape(-1);
          y.transpose(1, 0, 2).addi(1);
          return view;
        },
        "NDArray.addi");
    refuses(
        "in place on a view of a plain scalar",
        (x, m) -> x.add(m.from(manager.create(1f)).reshape(1).addi(1)),
        "in place");
    refuses(
        "in place on a plain scalar",
        (x, m) -> x.add(m.from(manager.create(1f)).addi(1)),
        "in place");
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> batchDependence() {
    refuses("in a fraction", x -> x.mul(1f / x.getShape().get(0)), "batches [3, 5, 8]", "mean");
    refuses("in a square", (x, m) -> m.zeros(squared(x)), "[9, 25, 64]");
    refuses(
        "in a loop",
        x -> {
          NDArray sum = x.get(0);
          for (long i = 1; i < x.getShape().get(0); i++) {
            sum = sum.add(x.get(i));
          }
          return sum;
        },
        "not done alike at batch 3 and 5");
    refuses("in a branch", x -> x.getShape().get(0) > 4 ? x.exp() : x.log(), "not done alike");
    refuses("in a constant", (x, m) -> m.create(new float[(int) x.getShape().get(0)]), "differs");
    refuses(
        "in the values of a constant",
        (x, m) -> x.add(m.create(new float[] {x.getShape().get(0)})),
        "differs");
    Random random = new Random(1);
    refuses(
        "on chance", (x, m) -> x.add(m.create(random.nextFloat())), "differs", "make it an input");
    refuses("on chance as a number", x -> x.add(random.nextFloat()), "batches");
    return tests.stream();
  }

  private static Shape squared(NDArray x) {
    long batch = x.getShape().get(0);
    return new Shape(batch * batch);
  }

  @TestFactory
  Stream<DynamicTest> whatAGraphCannotDo() {
    refuses("draw", (x, m) -> m.randomNormal(x.getShape()), "at random", "input");
    refuses("draw uniformly", (x, m) -> m.randomUniform(0, 1, x.getShape()), "at random");
    refuses("create uninitialised", (x, m) -> m.create(new Shape(3)), "uninitialised", "zeros");
    refuses("unknown operations", x -> x.median(), "NDArray.median cannot be exported", "sort");
    refuses("masks", x -> x.booleanMask(x.gt(0)), "booleanMask", "where");
    refuses("masks by index", x -> x.get(x.gt(0)), "no fixed shape");
    refuses("half precision", x -> x.toType(DataType.FLOAT16, false), "float16");
    refuses("what DJL cannot do", x -> x.mean(new int[] {1, 2}), "fails in DJL", "1 axis");
    refuses("an index that DJL does not take", x -> x.get(":, 7"), "NDArray.get fails in DJL");
    refuses("a row that small batches lack", x -> x.get("2"), "NDArray.get", "at batch 1 too");
    refuses("gradients", x -> x.getGradient(), "training");
    refuses(
        "training-mode dropout",
        x -> x.getNDArrayInternal().dropout(x, 0.5f, true).get(0),
        "training = true");
    refuses("double-precision erf", x -> x.toType(DataType.FLOAT64, false).erf(), "no kernel");
    refuses(
        "in place by an operand",
        x -> x.getNDArrayInternal().rdivi(x),
        "changes an array in place",
        "use rdiv");
    refuses("logarithms of the gamma function", x -> x.abs().gammaln(), "Stirling");
    refuses("spectra", x -> x.rfft(4, 1), "cosines");
    refuses("norms of order 3", x -> x.norm(3, new int[] {1}, true), "order 3");
    return tests.stream();
  }
}
