package io.varve.export.onnx;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Code that would silently freeze a value into the graph, of every kind that the design names. It
 * is refused at the author's line or exported as what it means.
 */
class HazardsTest extends Hazards {
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

  /** A branch that the traced batch sizes take alike, and ones that they do not. */
  @Test
  void branchOnTheBatch() {
    String[] branch = {"not done alike at batch 3 and 1", "let no branch"};
    refused(x -> batch(x) == 1 ? x.mul(2) : x, "NDArray.mul", branch[0], branch[1]);
    refused(x -> batch(x) == 1 ? x.exp() : x.log(), "NDArray.log", branch[0], branch[1]);
    refused(x -> batch(x) == 1 ? x.get(0) : x, "NDArray.get", branch[0], branch[1]);
    refused(x -> x.add(batch(x) == 1 ? 2 : 3), "NDArray.add has 2 as argument 1 at batch 1");
    refused(x -> x.add(batch(x) == 2 ? 0.5 : 1.5), "NDArray.add has 0.5", "at batch 2");
    refused((x, m) -> x.add(m.create(batch(x) == 1 ? 2f : 3f)), "NDArray.add has another constant");
    refused(x -> batch(x) > 4 ? x.exp() : x.log(), "not done alike at batch 3 and 5");
    caught(x -> batch(x) > 30 ? x.mul(2) : x, "output 'y'", "at batch 32");
    caught(x -> x.mul(batch(x) / 9), "at batch 32");
  }

  /** At three, five and eight rows the smaller of the batch and two is two. */
  @Test
  void minimumOfBatchAndTwo() {
    refused(x -> x.mul(Math.min(batch(x), 2)), "NDArray.mul has 1 as argument 1 at batch 1");
    refused(x -> x.sum().tile(Math.min(batch(x), 2)), "NDArray.tile", "at batch 1, expected 2");
    refused(
        (x, m) -> m.ones(new Shape(Math.min(batch(x), 2))).mul(x.sum()),
        "NDManager.ones has [1]",
        "expected [2]");
    refused(x -> x.get("0:" + Math.min(batch(x), 2)), "NDArray.get", "at batch 1");
    refused(x -> x.get("-2:").sum(), "NDArray.get", "at batch 1");
    refused(x -> x.mul(Math.max(batch(x), 2)), "NDArray.mul has 2 as argument 1 at batch 1");
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
    views.add(x -> x.repeat(new long[] {}));
    views.add(x -> x.toType(DataType.FLOAT32, true));
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
          x.toDevice(x.getDevice(), true).addi(5);
          x.toType(DataType.FLOAT64, true).addi(5);
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
}
