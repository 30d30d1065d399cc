package io.varve.export.foreign;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.export.onnx.record.Trace;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A block that was not written here, and what it takes.
 *
 * @param gain of its random weights, see {@link RandomWeights}
 * @param slow whether an ordinary build leaves it out
 */
record Foreign(String name, Supplier<Block> block, List<Input> inputs, double gain, boolean slow) {

  /**
   * One input.
   *
   * @param event its shape without the batch
   * @param high for whole numbers from 0 to high - 1; 0 for normal ones
   */
  record Input(Shape event, long high) {
    /** Normal numbers around a mean that is drawn for each row. */
    public static Input normal(long... event) {
      return new Input(new Shape(event), 0);
    }

    public static Input whole(long high, long... event) {
      return new Input(new Shape(event), high);
    }

    private Shape batched(long batch) {
      return new Shape(batch).addAll(event);
    }

    /** Rows differ in their means, or deep networks would make nearly the same of all of them. */
    private NDArray sample(Trace trace) {
      Shape shape = batched(trace.batch());
      if (high > 0) {
        return trace.samples().randomInteger(0, high, shape, DataType.INT64);
      }
      long[] one = new long[shape.dimension()];
      Arrays.fill(one, 1);
      one[0] = trace.batch();
      return trace.samples().randomNormal(shape).add(trace.samples().randomNormal(new Shape(one)));
    }

    private String describe() {
      return high == 0 ? event.toString() : event + " below " + high;
    }
  }

  static Foreign of(String name, Supplier<Block> block, Input... inputs) {
    return new Foreign(name, block, List.of(inputs), 1, false);
  }

  Foreign gain(double gain) {
    return new Foreign(name, block, inputs, gain, slow);
  }

  Foreign slowly() {
    return new Foreign(name, block, inputs, gain, true);
  }

  /** Its inputs without the batch, as the table shows them. */
  String takes() {
    return String.join(", ", inputs.stream().map(Input::describe).toList());
  }

  Shape[] shapes(long batch) {
    return inputs.stream().map(input -> input.batched(batch)).toArray(Shape[]::new);
  }

  /** A forward pass on random inputs. */
  Map<String, NDArray> run(Block block, Trace trace) {
    NDList given = new NDList();
    for (Input input : inputs) {
      given.add(trace.input("input" + given.size(), input.sample(trace)));
    }
    Map<String, NDArray> outputs = new LinkedHashMap<>();
    block
        .forward(trace.parameters(), given, false)
        .forEach(array -> outputs.put("output" + outputs.size(), array));
    return outputs;
  }
}
