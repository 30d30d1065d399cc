package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Array code to export: ordinary DJL code that takes its inputs, its parameters and its new arrays
 * from a {@link Trace}.
 *
 * <p>It is run several times at different batch sizes and must do the same each time, whatever the
 * values are: no branch or loop on the batch size, no value read on the host, no random draw. It
 * keeps no array between runs.
 */
@FunctionalInterface
public interface Traced {
  /** Computes the named outputs, in the order of the map; each name becomes a graph output. */
  Map<String, NDArray> run(Trace trace);

  /**
   * A block in evaluation mode. Its inputs are called "input", or "input0", "input1" and so on, and
   * its outputs likewise.
   *
   * @param shapes of its FLOAT32 inputs, without the batch
   */
  static Traced of(Block block, Shape... shapes) {
    return trace -> {
      NDList inputs = new NDList();
      for (int i = 0; i < shapes.length; i++) {
        NDArray sample = trace.samples().randomNormal(new Shape(trace.batch()).addAll(shapes[i]));
        inputs.add(trace.input(numbered("input", i, shapes.length), sample));
      }
      NDList results = block.forward(trace.parameters(), inputs, false);
      Map<String, NDArray> outputs = new LinkedHashMap<>();
      for (int i = 0; i < results.size(); i++) {
        outputs.put(numbered("output", i, results.size()), results.get(i));
      }
      return outputs;
    };
  }

  private static String numbered(String name, int i, int count) {
    return count == 1 ? name : name + i;
  }
}
