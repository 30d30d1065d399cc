package io.varve.export.onnx;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Exports a residual network of 105 million parameters in a process of its own. */
final class LargeNetwork {
  private static final Shape IMAGE = new Shape(3, 32, 32);
  private static final int CHANNELS = 512;
  private static final int CONVOLUTIONS = 24;

  private LargeNetwork() {}

  /**
   * Writes the network to the file that the first argument names, and prints the milliseconds from
   * the block to a checked file, the largest memory of the process in bytes, before and after, and
   * the number of parameters.
   */
  public static void main(String[] arguments) throws IOException {
    try (NDManager manager = NDManager.newBaseManager()) {
      Block block = network();
      block.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(IMAGE));
      long before = Memory.peak();
      long start = System.nanoTime();
      OnnxGraph graph = OnnxExporter.of(block, IMAGE).save(Path.of(arguments[0]));
      long milliseconds = (System.nanoTime() - start) / 1_000_000;
      long parameters =
          graph.weights().stream().mapToLong(Safetensors.Entry::length).sum() / Float.BYTES;
      System.out.println(milliseconds + " " + before + " " + Memory.peak() + " " + parameters);
    }
  }

  private static Block network() {
    SequentialBlock network = new SequentialBlock().add(conv(8, 8, 0));
    for (int i = 0; i < CONVOLUTIONS; i++) {
      network.add(
          new ParallelBlock(
              paths -> new NDList(paths.get(0).head().add(paths.get(1).head())),
              List.of(
                  new SequentialBlock().add(Activation.reluBlock()).add(conv(3, 1, 1)),
                  Blocks.identityBlock())));
    }
    return network
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(4096).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(3600).build());
  }

  private static Block conv(long kernel, long stride, long padding) {
    return Conv2d.builder()
        .setFilters(CHANNELS)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(padding, padding))
        .build();
  }
}
