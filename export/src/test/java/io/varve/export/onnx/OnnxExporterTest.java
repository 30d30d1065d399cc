package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.OnnxGraphTest;
import io.varve.export.onnx.graph.Port;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole networks of DJL's blocks. */
class OnnxExporterTest {
  /** Single precision over some ten layers. */
  private static final double TOLERANCE = 1e-5;

  private final NDManager manager = NDManager.newBaseManager();

  OnnxExporterTest() {
    Engine.getInstance().setRandomSeed(5);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /**
   * Initialises, and moves batch-norm statistics away from 0 and 1, where they would do nothing.
   */
  private <T extends Block> T initialised(T block, Shape... inputs) {
    block.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    block.initialize(manager, DataType.FLOAT32, inputs);
    for (var pair : block.getParameters()) {
      Parameter parameter = pair.getValue();
      if (parameter.getType() != Parameter.Type.WEIGHT) {
        Shape shape = parameter.getArray().getShape();
        parameter.getArray().set(manager.randomUniform(0.5f, 1.5f, shape).toFloatArray());
      }
    }
    return block;
  }

  private void agrees(Block block, Shape... inputs) {
    Shape[] batched = new Shape[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      batched[i] = new Shape(2).addAll(inputs[i]);
    }
    Exports.parity(OnnxExporter.of(initialised(block, batched), inputs)).require(TOLERANCE);
  }

  @Test
  void exportsAConvolutionalNetwork() {
    SequentialBlock network =
        new SequentialBlock()
            .add(conv(8, 3, 1, 1, true))
            .add(BatchNorm.builder().build())
            .add(Activation.eluBlock(1f))
            .add(conv(16, 4, 2, 1, false))
            .add(Activation::relu)
            .add(Pool.maxPool2dBlock(new Shape(3, 3), new Shape(2, 2), new Shape(1, 1)))
            .add(Dropout.builder().optRate(0.5f).build())
            .add(Blocks.batchFlattenBlock())
            .add(Linear.builder().setUnits(32).build())
            .add(LayerNorm.builder().build())
            .add(Activation.geluBlock())
            .add(BatchNorm.builder().build())
            .add(Linear.builder().setUnits(10).optBias(false).build());
    agrees(network, new Shape(3, 16, 16));
  }

  private static Conv2d conv(int filters, long kernel, long stride, long padding, boolean bias) {
    return Conv2d.builder()
        .setFilters(filters)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(padding, padding))
        .optBias(bias)
        .build();
  }

  @Test
  void exportsConvolutionsOfEveryRankWithGroupsAndDilation() {
    agrees(
        Conv1d.builder().setFilters(4).setKernelShape(new Shape(3)).optGroups(2).build(),
        new Shape(4, 9));
    agrees(
        Conv2d.builder()
            .setFilters(6)
            .setKernelShape(new Shape(3, 2))
            .optDilation(new Shape(2, 1))
            .optPadding(new Shape(1, 0))
            .build(),
        new Shape(3, 9, 8));
    agrees(
        Conv3d.builder().setFilters(2).setKernelShape(new Shape(2, 2, 2)).build(),
        new Shape(2, 4, 5, 6));
  }

  @Test
  void exportsPooling() {
    Shape two = new Shape(2, 2);
    Shape three = new Shape(3, 3);
    Shape one = new Shape(1, 1);
    for (Block pool :
        List.of(
            Pool.maxPool2dBlock(three, two, one, true),
            Pool.maxPool2dBlock(three, two, one, false),
            Pool.avgPool2dBlock(three, two, one, false, true),
            Pool.avgPool2dBlock(three, two, one, false, false),
            Pool.globalAvgPool2dBlock(),
            Pool.globalMaxPool2dBlock(),
            Pool.lpPool2dBlock(2, three, two, new Shape(0, 0), false),
            Pool.globalLpPool2dBlock(2))) {
      agrees(new SequentialBlock().add(pool), new Shape(3, 8, 10));
    }
    agrees(
        new SequentialBlock().add(Pool.maxPool1dBlock(new Shape(2), new Shape(2))),
        new Shape(3, 8));
  }

  @Test
  void exportsSidePathsAndSeveralInputs() {
    ParallelBlock sum =
        new ParallelBlock(
            paths -> new NDList(paths.get(0).singletonOrThrow().add(paths.get(1).head())),
            List.of(
                Linear.builder().setUnits(5).build(),
                new SequentialBlock()
                    .add(Linear.builder().setUnits(5).build())
                    .add(Activation.tanhBlock())));
    agrees(sum, new Shape(7));
    LambdaBlock both =
        new LambdaBlock(in -> new NDList(in.get(0).mul(in.get(1)), in.get(0).sub(in.get(1))));
    OnnxExporter exporter =
        OnnxExporter.of(
            initialised(both, new Shape(2, 3), new Shape(2, 3)), new Shape(3), new Shape(3));
    OnnxGraph graph = exporter.trace(manager);
    assertThat(graph.inputs()).extracting(Port::name).containsExactly("input0", "input1");
    assertThat(graph.outputs()).extracting(Port::name).containsExactly("output0", "output1");
    Exports.parity(exporter).require(TOLERANCE);
  }

  @Test
  void exportsATransformerBlock() {
    agrees(new TransformerEncoderBlock(8, 2, 16, 0.1f, Activation::gelu), new Shape(5, 8));
  }

  @Test
  void exportsAnEmbedding() {
    Parameter table = Parameter.builder().setName("table").setType(Parameter.Type.WEIGHT).build();
    table.setArray(manager.randomNormal(new Shape(7, 3)));
    Traced code =
        trace -> {
          NDArray words = Exports.whole(trace, "words", 7, DataType.INT64, 5);
          NDArray weight = trace.parameters().getValue(table, manager.getDevice(), false);
          return Map.of("y", Embedding.embedding(words, weight, SparseFormat.DENSE).head());
        };
    ParameterStore values = new ParameterStore(manager, false);
    Exports.parity(OnnxExporter.of(code).parameters(Map.of(table, "table"), values)).require(0);
  }

  @Test
  void savesAFileThatRuns(@TempDir Path folder) {
    Path file = folder.resolve("net.onnx");
    Block block = initialised(Linear.builder().setUnits(3).build(), new Shape(1, 4));
    OnnxGraph graph = OnnxExporter.of(block, new Shape(4)).save(file);
    assertThat(folder.resolve("net.safetensors")).isNotEmptyFile();
    assertThat(graph.weights())
        .extracting(Safetensors.Entry::name)
        .containsExactly("weight", "bias");
  }

  @Test
  void refusesABlockWithAnUnknownOperation() {
    Block block = new LambdaBlock(in -> new NDList(in.head().median()));
    block.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
    assertThatThrownBy(() -> OnnxExporter.of(block, new Shape(3)).trace(manager))
        .hasMessageContaining("OnnxExporterTest:")
        .hasMessageContaining("NDArray.median cannot be exported");
  }

  /** Where no line of an author is on the stack, DJL's layer is named. */
  @Test
  void namesNodesAfterTheCode() {
    Block block = initialised(Linear.builder().setUnits(3).build(), new Shape(1, 4));
    OnnxGraph plain = OnnxExporter.of(block, new Shape(4)).trace(manager);
    assertThat(OnnxGraphTest.nodes(plain)).singleElement().asString().startsWith("Linear:");
    OnnxGraph own = Exports.export(Exports.of(x -> x.exp().add(1)));
    assertThat(OnnxGraphTest.nodes(own)).allMatch(name -> name.startsWith("OnnxExporterTest:"));
  }

  /** Seven million parameters, as in the larger multilayer perceptrons. */
  @Test
  void tracesALargeNetworkQuickly() {
    SequentialBlock network = new SequentialBlock();
    for (int i = 0; i < 7; i++) {
      network.add(Linear.builder().setUnits(1000).build()).add(Activation::relu);
    }
    OnnxExporter exporter =
        OnnxExporter.of(initialised(network, new Shape(1, 784)), new Shape(784));
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      assertThat(exporter.trace(manager).toBytes()).hasSizeGreaterThan(4 * 6_700_000);
      times.add((System.nanoTime() - start) / 1_000_000);
    }
    System.out.println("trace and write 6.8M parameters: " + times + " ms");
    assertThat(times.get(2)).isLessThan(2000);
  }
}
