package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.OnnxGraphTest;
import io.varve.export.onnx.graph.Port;
import io.varve.export.onnx.graph.Types;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.OnnxFile;
import io.varve.inference.graph.ElementType;
import io.varve.inference.graph.GraphCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Exports small functions and runs the gate on them. */
public final class Exports {
  /** Single precision over a few operations, some of them sums of a thousand elements. */
  public static final double TOLERANCE = 1e-5;

  private Exports() {}

  /** A function of one normal input [B, 6, 4]. */
  public static Traced of(UnaryOperator<NDArray> function) {
    return of((x, manager) -> function.apply(x));
  }

  /** A function of one normal input [B, 6, 4] and the manager. */
  public static Traced of(BiFunction<NDArray, NDManager, NDArray> function) {
    return trace ->
        Map.of("y", function.apply(normal(trace, "x", new Shape(6, 4)), trace.manager()));
  }

  public static NDArray normal(Trace trace, String name, Shape event) {
    return trace.input(name, trace.samples().randomNormal(new Shape(trace.batch()).addAll(event)));
  }

  /** Whole numbers in 0..high, without high. */
  public static NDArray whole(Trace trace, String name, long high, DataType type, long... event) {
    Shape shape = new Shape(trace.batch()).addAll(new Shape(event));
    NDArray drawn = trace.samples().randomInteger(0, high, shape, DataType.INT64);
    return trace.input(name, drawn.toType(type, false));
  }

  public static OnnxGraph export(Traced code) {
    try (NDManager manager = NDManager.newBaseManager()) {
      return OnnxExporter.of(code).trace(manager);
    }
  }

  /** The gate at all its batch sizes. */
  public static ParityGate parity(OnnxExporter exporter) {
    Engine.getInstance().setRandomSeed(7);
    try (NDManager manager = NDManager.newBaseManager()) {
      Path file = Files.createTempFile("varve", ".onnx");
      try {
        OnnxGraph graph = exporter.trace(manager);
        requireClean(graph);
        requireOpens(graph);
        Files.write(file, graph.toBytes());
        return exporter.check(file, manager);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A bundle with this graph could be opened, where every port has the batch in front. */
  static void requireOpens(OnnxGraph graph) {
    OnnxFile onnx = OnnxFile.readWritten(Path.of("graph"), ByteBuffer.wrap(graph.toBytes()));
    boolean batched =
        Stream.concat(graph.inputs().stream(), graph.outputs().stream()).allMatch(Port::batched);
    if (!batched) {
      return;
    }
    try {
      GraphCheck.check(onnx.graph(), ports(graph.inputs()), ports(graph.outputs()));
    } catch (IllegalArgumentException e) {
      // An author may add an infinity; a bundle that does is refused for it, and for nothing else.
      assertThat(e).hasMessageEndingWith("expected finite numbers");
    }
  }

  private static List<GraphCheck.Port> ports(List<Port> ports) {
    return ports.stream()
        .map(
            port ->
                new GraphCheck.Port(
                    port.name(),
                    ElementType.of(Types.onnx(port.type()).getNumber()).orElseThrow(),
                    Arrays.stream(port.event().getShape()).boxed().toList()))
        .toList();
  }

  /** No node without a reader, no copies, no constant twice. */
  private static void requireClean(OnnxGraph graph) {
    GraphProto proto = OnnxGraphTest.proto(graph);
    Set<String> read = new HashSet<>();
    proto.getOutputList().forEach(output -> read.add(output.getName()));
    OnnxGraphTest.everyNode(proto).forEach(node -> read.addAll(node.getInputList()));
    for (NodeProto node : proto.getNodeList()) {
      assertThat(node.getOutputList()).as(node.getName()).anyMatch(read::contains);
      boolean output =
          proto.getOutputList().stream().anyMatch(o -> o.getName().equals(node.getOutput(0)));
      assertThat(node.getOpType().equals("Identity") && !output).as(node.getName()).isFalse();
    }
    assertThat(proto.getInputList()).allMatch(input -> read.contains(input.getName()));
    assertThat(proto.getInitializerList()).allMatch(tensor -> read.contains(tensor.getName()));
    assertThat(proto.getInitializerList())
        .extracting(tensor -> tensor.toBuilder().clearName().build())
        .as("constants")
        .doesNotHaveDuplicates();
  }

  public static ParityGate parity(Traced code) {
    return parity(OnnxExporter.of(code));
  }

  /** Arrays under the names a, b, c and so on. */
  public static Map<String, NDArray> outputs(NDArray... arrays) {
    Map<String, NDArray> outputs = new LinkedHashMap<>();
    for (NDArray array : arrays) {
      outputs.put("y" + outputs.size(), array);
    }
    return outputs;
  }
}
