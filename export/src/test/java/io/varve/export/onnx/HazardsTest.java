package io.varve.export.onnx;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Code that would silently freeze a value into the graph. Each kind is refused at the author's
 * line, or caught by the comparison that is part of every export, or exported as what it means. All
 * are in one class, to be read in one place.
 */
class HazardsTest {
  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  private static long batch(NDArray x) {
    return x.getShape().get(0);
  }

  /** Refused while tracing, with the class and line of the code. */
  private static void refused(UnaryOperator<NDArray> code, String... words) {
    refused((x, m) -> code.apply(x), words);
  }

  private static void refused(BiFunction<NDArray, NDManager, NDArray> code, String... words) {
    traceRefused(Exports.of(code), words);
  }

  private static void traceRefused(Traced code, String... words) {
    assertThatThrownBy(() -> Exports.export(code))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("io\\.varve\\.export\\.onnx\\.HazardsTest:\\d+: .+; .+")
        .hasMessageContainingAll(words);
  }

  /** No trace at batch 3, 5 and 8 shows it, but the comparison at 1, 2 and 32 does. */
  private static void caught(UnaryOperator<NDArray> code, String... words) {
    caught(OnnxExporter.of(Exports.of(code)), words);
  }

  private static void caught(OnnxExporter exporter, String... words) {
    assertThatThrownBy(() -> Exports.parity(exporter).require(Exports.TOLERANCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  private static void agrees(UnaryOperator<NDArray> code) {
    traceAgrees(Exports.of(code));
  }

  private static void traceAgrees(Traced code) {
    Exports.parity(code).require(Exports.TOLERANCE);
  }

  /** A value read on the host is that of one input; the graph would keep it for all. */
  @Test
  void hostReads() {
    refused(x -> x.div(x.abs().max().getFloat()), "NDArray.getFloat", "on the host");
    refused(x -> x.sum().toFloatArray()[0] > 0 ? x : x.neg(), "NDArray.toFloatArray", "where");
    refused(x -> x.get(":," + x.argMax(1).getLong(0, 0)), "NDArray.getLong");
    agrees(x -> x.div(x.abs().max()));
    agrees(x -> NDArrays.where(x.sum().gt(0).broadcast(x.getShape()), x, x.neg()));
  }

  /** DJL copies the right operand for the left one's manager; a plain left one copies the trace. */
  @Test
  void rawLeftOperand() {
    NDArray plain = manager.create(2f);
    refused(x -> plain.sub(x), "a plain one", "put the traced array on the left");
    agrees(x -> x.neg().add(plain));
    agrees(x -> NDArrays.sub(2, x));
    agrees(x -> plain.getNDArrayInternal().rsub(x));
  }

  /** An array that nobody declared would be frozen at what it is today. */
  @Test
  void unregisteredArray() {
    NDArray plain = manager.ones(new Shape(6, 4));
    refused(x -> x.mul(plain), "never registered", "Parameter");
    refused(x -> x.concat(plain.expandDims(0), 0), "never registered");
    refused(x -> NDArrays.where(x.gt(0), x, plain), "never registered");
  }

  /** Whoever computes with the sample in place of the input gets no input at all. */
  @Test
  void theSampleInPlaceOfTheInput() {
    traceRefused(
        trace -> {
          NDArray sample = trace.samples().randomNormal(new Shape(trace.batch(), 4));
          NDArray x = trace.input("x", sample);
          return outputs(x.add(sample));
        },
        "never registered");
  }

  /** A fraction of the batch size is another number at each batch. */
  @Test
  void batchDependentScalar() {
    refused(x -> x.sum().mul(1f / batch(x)), "NDArray.mul", "batches [3, 5, 8]", "mean");
    refused(x -> x.mul(Math.sqrt((double) batch(x))), "NDArray.mul");
    refused((x, m) -> x.add(m.create((float) batch(x))), "differs");
    agrees(x -> x.sum().div(batch(x)));
  }

  /** Sizes that are no multiple of the batch: halves, squares, powers of two. */
  @Test
  void shapeArithmetic() {
    refused((x, m) -> m.ones(new Shape(batch(x) / 2)), "[1, 2, 4]", "multiple of the batch");
    refused((x, m) -> m.ones(new Shape(batch(x) * batch(x))), "[9, 25, 64]");
    refused((x, m) -> m.ones(new Shape(Long.highestOneBit(batch(x)))), "[2, 4, 8]");
    refused(x -> x.get("0:" + batch(x) / 2), "NDArray.get");
    refused(x -> x.mul(batch(x) * batch(x)), "NDArray.mul");
  }

  /** The number of elements, divided by what each row has, is the batch again. */
  @Test
  void sizesThatAreTheBatch() {
    agrees(x -> x.reshape(x.size() / 24, 24));
    agrees(x -> x.sum().div(x.size()));
    agrees(x -> x.reshape(x.size() / 12, 12).mul(3 * batch(x) - 1));
  }

  /** A branch that the traced batch sizes take alike, and one that they do not. */
  @Test
  void branchOnTheBatch() {
    caught(x -> batch(x) == 1 ? x.mul(2) : x, "output 'y'", "at batch 1");
    caught(x -> batch(x) == 1 ? x.get(0) : x, "has shape [1, 6, 4] at batch 1");
    caught(x -> batch(x) > 30 ? x.mul(2) : x, "output 'y'", "at batch 32");
    caught(x -> x.mul(batch(x) / 9), "at batch 32");
    refused(x -> batch(x) > 4 ? x.exp() : x.log(), "not done alike at batch 3 and 5");
  }

  /** At three, five and eight rows the smaller of the batch and two is two. */
  @Test
  void minimumOfBatchAndTwo() {
    caught(x -> x.mul(Math.min(batch(x), 2)), "output 'y'", "at batch 1");
    caught(x -> x.sum().mul(x.onesLike().get(0)).tile(Math.min(batch(x), 2)), "at batch 1");
    refused(x -> x.get("0:" + Math.min(batch(x), 2)), "NDArray.get", "at batch 1");
    refused(x -> x.get("-2:").sum(), "NDArray.get", "at batch 1");
  }

  /** Code may compute with the shape of an array alone. What it does not ask for does no harm. */
  @Test
  void shapesOfWhatIsUnused() {
    refused((x, m) -> x.add(m.ones(x.get("0:2").getShape()).sum()), "NDArray.get");
    refused((x, m) -> x.mul(x.squeeze().exp().getShape().dimension()), "NDArray.squeeze");
    agrees(
        x -> {
          NDArray unused = x.get("0:2").squeeze().exp();
          return x.add(unused.getDataType().getNumOfBytes());
        });
  }

  /** What was the same at all batches traced only because they are large enough. */
  @Test
  void constantsOfTheBatch() {
    traceAgrees(Exports.of((x, m) -> x.add(m.eye((int) batch(x), 2, 0).sum(new int[] {0}).sum())));
    traceAgrees(Exports.of((x, m) -> x.add(m.arange(3).clip(0, batch(x)).sum())));
  }

  /** A loop over the rows has as many turns as there are rows. */
  @Test
  void loopOverTheBatch() {
    refused(
        x -> {
          NDArray sum = x.get(0);
          for (long i = 1; i < batch(x); i++) {
            sum = sum.add(x.get(i));
          }
          return sum;
        },
        "not done alike");
  }

  /** An error that only small batches meet is a branch in disguise. */
  @Test
  void branchByException() {
    refused(
        x -> {
          try {
            return x.add(x.get(4));
          } catch (RuntimeException e) {
            return x;
          }
        },
        "not done alike");
  }

  /** A view sees what is written to its array; a graph has values, not memory. */
  @Test
  void inPlaceOnAnAlias() {
    List<UnaryOperator<NDArray>> views = new ArrayList<>();
    views.add(x -> x.get(":,0:2"));
    views.add(x -> x.reshape(-1));
    views.add(x -> x.transpose());
    views.add(x -> x.expandDims(0));
    views.add(x -> x.split(2, 1).get(1));
    views.add(x -> x.broadcast(new Shape(2).addAll(x.getShape())));
    views.add(NDArray::stopGradient);
    for (UnaryOperator<NDArray> view : views) {
      refused(
          x -> {
            NDArray y = x.mul(1);
            NDArray seen = view.apply(y);
            y.addi(1);
            return seen;
          },
          "NDArray.addi",
          "memory another one shares",
          "use add");
    }
    refused(
        x -> {
          NDArray y = x.duplicate();
          y.set(new NDIndex(":,0"), 0f);
          return y;
        },
        "NDArray.set",
        "NDArrays.where");
  }

  /** One array under two names is one array, changed or not. */
  @Test
  void inPlaceUnderTwoNames() {
    agrees(
        x -> {
          NDArray same = x.toType(DataType.FLOAT32, false);
          same.addi(1);
          return x;
        });
    traceAgrees(
        trace -> {
          NDArray y = normal(trace, "x", new Shape(4)).mul(2);
          Map<String, NDArray> outputs = outputs(y);
          y.addi(1);
          outputs.put("later", y);
          return outputs;
        });
  }

  /** The type is part of the graph, and so cannot follow the batch. */
  @Test
  void typeThatFollowsTheBatch() {
    refused(x -> x.toType(batch(x) > 4 ? DataType.FLOAT64 : DataType.FLOAT32, true), "toType");
    caught(x -> x.toType(batch(x) == 1 ? DataType.FLOAT64 : DataType.FLOAT32, true), "batch 1");
  }

  /** An object of the author that keeps arrays keeps those of another run. */
  @Test
  void arraysKeptBetweenRuns() {
    List<NDArray> kept = new ArrayList<>();
    refused(
        (x, m) -> {
          kept.add(m.create(new float[] {1, 2, 3, 4}));
          return x.add(kept.get(0));
        },
        "kept from an earlier run");
    List<NDArray> plain = new ArrayList<>();
    traceRefused(
        trace -> {
          NDArray x = normal(trace, "x", new Shape(4));
          plain.add(manager.ones(new Shape(4)));
          return outputs(x.add(plain.get(0)));
        },
        "never registered");
    float[] runs = new float[1];
    refused((x, m) -> x.add(m.create(runs[0]++)), "differs");
    refused(x -> x.add(runs[0]++), "NDArray.add");
  }

  private OnnxExporter scaled(Parameter scale, BiFunction<NDArray, NDArray, NDArray> function) {
    Traced code =
        trace -> {
          NDArray x = normal(trace, "x", new Shape(4));
          NDArray w = trace.parameters().getValue(scale, manager.getDevice(), false);
          return outputs(function.apply(x, w));
        };
    return OnnxExporter.of(code)
        .parameters(Map.of(scale, "scale"), new ParameterStore(manager, false));
  }

  private Parameter scale() {
    Parameter scale = Parameter.builder().setName("scale").setType(Parameter.Type.OTHER).build();
    scale.setArray(manager.ones(new Shape(4)));
    return scale;
  }

  /** Code that changes a parameter computes something else each time. */
  @Test
  void mutatedParameter() {
    Parameter scale = scale();
    OnnxExporter inside = scaled(scale, (x, w) -> x.mul(w.addi(1)));
    assertThatThrownBy(() -> inside.trace(manager))
        .hasMessageContainingAll("HazardsTest:", "NDArray.addi", "in place");
    OnnxExporter around =
        scaled(
            scale,
            (x, w) -> {
              scale.getArray().addi(1);
              return x.mul(w);
            });
    caught(around, "output 'y0'");
  }

  /** A plain scalar counts as a constant, unless it changes. */
  @Test
  void mutatedScalar() {
    NDArray counter = manager.create(1f);
    refused(
        x -> {
          NDArray y = x.mul(counter);
          counter.addi(1);
          return y;
        },
        "changed while traced");
  }

  /** A draw would be the same forever. */
  @Test
  void randomDraws() {
    Random random = new Random(1);
    refused((x, m) -> x.add(m.randomNormal(x.getShape())), "at random", "input");
    refused(x -> x.add(manager.randomNormal(x.getShape())), "never registered");
    refused((x, m) -> x.add(m.create(random.nextFloat())), "differs", "chance");
    refused(x -> x.mul(random.nextFloat()), "NDArray.mul");
    refused(x -> x.add(System.nanoTime()), "NDArray.add");
    refused((x, m) -> x.add(m.create(new Shape(4))), "uninitialised");
  }

  /** Dropout and batch normalisation of training draw and keep averages. */
  @Test
  void trainingMode() {
    refused(x -> x.getNDArrayInternal().dropout(x, 0.5f, true).head(), "training = true");
  }

  /** Closing is about memory; the record keeps what it needs. */
  @Test
  void closedArrays() {
    agrees(
        x -> {
          try (NDArray y = x.exp();
              NDManager scope = x.getManager().newSubManager()) {
            NDArray z = y.mul(scope.create(2f));
            x.close();
            z.attach(y.getManager());
            return z;
          }
        });
    agrees(x -> new NDList(x.exp(), x.sin()).get(1));
  }

  /** The record has one order; calls from several threads have none. */
  @Test
  void threads() {
    assertThatThrownBy(
            () ->
                Exports.export(
                    Exports.of(x -> CompletableFuture.supplyAsync(() -> x.exp()).join())))
        .rootCause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("io\\.varve\\.export\\.onnx\\.HazardsTest:\\d+: NDArray\\.exp .+; .+")
        .hasMessageContaining("another thread");
  }
}
