package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.varve.export.onnx.record.Traced;
import java.nio.file.Path;
import java.util.Map;

/** The example of docs/operations.md, which is made from this file. */
final class Example {
  private Example() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    // tag::example
    try (NDManager manager = NDManager.newBaseManager()) {
      // A block: its inputs without the batch, which stays free.
      Block block =
          new SequentialBlock()
              .add(Linear.builder().setUnits(16).build())
              .add(Activation::relu)
              .add(Linear.builder().setUnits(3).build());
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 8));
      OnnxExporter.of(block, new Shape(8)).save(folder.resolve("net.onnx"));

      // Any function of arrays: declare inputs, give outputs names.
      Traced distance =
          trace -> {
            Shape points = new Shape(trace.batch(), 2);
            NDArray a = trace.input("a", trace.samples().randomNormal(points));
            NDArray b = trace.input("b", trace.samples().randomNormal(points));
            return Map.of("distance", a.sub(b).square().sum(new int[] {1}).sqrt());
          };
      OnnxExporter.of(distance).save(folder.resolve("distance.onnx"));
    }
    // end::example
  }
}
