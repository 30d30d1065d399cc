package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.inference.InferenceOptions;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.Safetensors;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs over one weights file. */
class SharedWeightsTest {
  private static final String WEIGHTS = "weights.safetensors";

  /** Single precision over a few layers. */
  private static final double TOLERANCE = 1e-5;

  private static final int GRAPHS = 10;
  private static final long SIDE = 12;
  private static final int CHANNELS = 3;

  private final NDManager manager = NDManager.newBaseManager();

  SharedWeightsTest() {
    Engine.getInstance().setRandomSeed(3);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Writes each weight once, and the graphs beside it. */
  static Map<String, Safetensors.Tensor> write(Path folder, Map<String, OnnxGraph> graphs) {
    Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
    graphs.values().forEach(g -> g.weights().forEach(e -> entries.putIfAbsent(e.name(), e)));
    Map<String, Safetensors.Tensor> stored =
        Safetensors.write(folder.resolve(WEIGHTS), List.copyOf(entries.values()), Map.of());
    graphs.forEach((name, graph) -> graph.write(folder.resolve(name + ".onnx"), stored, WEIGHTS));
    return stored;
  }

  @Test
  void graphsShareOneFile(@TempDir Path folder) throws IOException {
    ConvolutionalVae vae = new ConvolutionalVae(manager);
    Map<String, OnnxGraph> graphs = new LinkedHashMap<>();
    vae.graphs().forEach((name, exporter) -> graphs.put(name, exporter.trace(manager)));
    assertThat(graphs.get("infer").weights()).allMatch(weight -> weight.name().startsWith("q."));
    assertThat(graphs.get("generate").weights()).allMatch(weight -> weight.name().startsWith("p."));
    assertThat(graphs.get("bound").weights()).hasSize(vae.names().size());
    Map<String, Safetensors.Tensor> stored = write(folder, graphs);
    assertThat(stored).hasSize(vae.names().size());
    for (String name : graphs.keySet()) {
      Path file = folder.resolve(name + ".onnx");
      vae.graphs().get(name).check(file, manager).require(TOLERANCE);
      assertThat(Files.size(file)).isLessThan(10_000);
    }
  }

  @Test
  void leavesNothingBehindWhereAGraphCannotBeWritten(@TempDir Path folder) throws IOException {
    OnnxGraph graph = OnnxExporter.of(Exports.of(NDArray::neg)).trace(manager);
    Path taken = Files.createDirectories(folder.resolve("net.onnx").resolve("file")).getParent();
    assertThatThrownBy(() -> graph.write(taken, Map.of(), WEIGHTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(taken + ": cannot be written: ");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(taken);
    }
  }

  @Test
  void djlReadsTheFile(@TempDir Path folder) throws IOException {
    ConvolutionalVae vae = new ConvolutionalVae(manager);
    OnnxGraph graph = vae.graphs().get("bound").trace(manager);
    write(folder, Map.of("bound", graph));
    Map<String, ByteBuffer> data = new LinkedHashMap<>();
    graph.weights().forEach(weight -> data.put(weight.name(), weight.data()));
    try (InputStream in = new BufferedInputStream(Files.newInputStream(folder.resolve(WEIGHTS)))) {
      NDList read = NDList.decode(manager, in);
      assertThat(read).hasSize(vae.names().size());
      for (NDArray array : read) {
        assertThat(array.toByteBuffer()).as(array.getName()).isEqualTo(data.get(array.getName()));
      }
    }
  }

  /** Twenty-four million parameters, some in products and some in convolutions. */
  private Block large() {
    Block block =
        new SequentialBlock()
            .add(Conv2d.builder().setFilters(512).setKernelShape(new Shape(5, 5)).build())
            .add(Conv2d.builder().setFilters(512).setKernelShape(new Shape(7, 7)).build())
            .addSingleton(x -> x.max(new int[] {2}).max(new int[] {2}))
            .add(Linear.builder().setUnits(4000).build())
            .add(Linear.builder().setUnits(2000).build());
    block.initialize(manager, DataType.FLOAT32, new Shape(1, CHANNELS, SIDE, SIDE));
    return block;
  }

  private Path bundle(Path folder) {
    Block block = large();
    Map<String, OnnxGraph> graphs = new LinkedHashMap<>();
    Map<String, Manifest.Graph> entries = new LinkedHashMap<>();
    List<Manifest.Variable> variables = new ArrayList<>();
    Manifest.Port in = new Manifest.Port("input", "float32", List.of((long) CHANNELS, SIDE, SIDE));
    Manifest.Port out = new Manifest.Port("output", "float32", List.of(2000L));
    for (int i = 0; i < GRAPHS; i++) {
      String name = "infer v" + i;
      variables.add(new Manifest.Variable("v" + i, "derived", List.of(1L), 0));
      graphs.put(name, OnnxExporter.of(block, new Shape(CHANNELS, SIDE, SIDE)).trace(manager));
      entries.put(name, new Manifest.Graph(name + ".onnx", List.of(in), List.of(), List.of(out)));
    }
    write(folder, graphs);
    Path parity = folder.resolve("parity.safetensors");
    Safetensors.write(parity, List.of(), Map.of());
    Manifest.Space space = new Manifest.Space(in.shape(), 256);
    new Manifest(
            Manifest.FORMAT,
            "ten graphs",
            "test",
            OnnxGraph.OPERATOR_SET,
            "",
            space,
            space,
            variables,
            entries,
            List.of(),
            new Manifest.Parity("parity.safetensors", TOLERANCE, List.of()),
            Manifest.hashes(folder))
        .write(folder);
    return folder;
  }

  @Test
  void tenOpenGraphsCostNoTenCopies(@TempDir Path folder) throws IOException, InterruptedException {
    assumeTrue(Memory.READABLE, "memory is read from /proc, which only Linux has");
    Path bundle = bundle(folder);
    long weights = Files.size(bundle.resolve(WEIGHTS));
    long apart = InferenceOptions.of().packed();
    assertThat(weights).isGreaterThan(apart);
    Memory.Growth shared = opening(bundle, GRAPHS, apart);
    assertThat(shared.anonymous()).isBetween(weights, weights + weights / 2);
    assertThat(shared.resident()).as("what is mapped can be taken away").isZero();
    // The measurement sees copies where there are some.
    Memory.Growth packed = opening(bundle, 2, Long.MAX_VALUE);
    assertThat(packed.anonymous()).isGreaterThan(2 * weights);
    System.out.printf(
        "%d MB of weights, ten graphs that share them: %s; two that do not: %s%n",
        weights >> 20, shared, packed);
  }

  /** Memory that opening and running graphs takes, weights of a bundle included. */
  private static Memory.Growth opening(Path bundle, int graphs, long packed)
      throws IOException, InterruptedException {
    List<Long> bytes =
        Memory.printed(
            OpenedGraphs.class,
            bundle.toString(),
            bundle.resolve(WEIGHTS).toString(),
            Integer.toString(graphs),
            Long.toString(packed));
    return new Memory.Growth(bytes.get(0), bytes.get(1));
  }
}
