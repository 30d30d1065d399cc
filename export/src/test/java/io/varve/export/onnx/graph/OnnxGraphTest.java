package io.varve.export.onnx.graph;

import static io.varve.export.onnx.Exports.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.varve.export.onnx.Exports;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class OnnxGraphTest {
  private static final int LARGE = 512;

  private final NDManager manager = NDManager.newBaseManager();
  private final Parameter weight = parameter("weight", new Shape(LARGE, LARGE));
  private final Parameter bias = parameter("bias", new Shape(LARGE));
  private final Map<Parameter, String> names = Map.of(weight, "p.weight", bias, "p.bias");
  private final ParameterStore values = new ParameterStore(manager, false);

  @AfterEach
  void close() {
    manager.close();
  }

  private Parameter parameter(String name, Shape shape) {
    Parameter parameter = Parameter.builder().setName(name).setType(Parameter.Type.OTHER).build();
    parameter.setArray(manager.randomNormal(shape, DataType.FLOAT32).mul(0.01f));
    return parameter;
  }

  private NDArray value(Trace trace, Parameter parameter) {
    return trace.parameters().getValue(parameter, manager.getDevice(), false);
  }

  private OnnxExporter exporter(Traced code) {
    return OnnxExporter.of(code).parameters(names, values);
  }

  private NDArray product(Trace trace) {
    NDArray x = normal(trace, "x", new Shape(LARGE));
    return x.getNDArrayInternal().linear(x, value(trace, weight), value(trace, bias)).head();
  }

  public static GraphProto proto(OnnxGraph graph) {
    try {
      return ModelProto.parseFrom(graph.toBytes()).getGraph();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The nodes of a graph and of the bodies of its loops. */
  public static Stream<NodeProto> everyNode(GraphProto graph) {
    return graph.getNodeList().stream()
        .flatMap(
            node ->
                Stream.concat(
                    Stream.of(node),
                    node.getAttributeList().stream()
                        .filter(AttributeProto::hasG)
                        .flatMap(attribute -> everyNode(attribute.getG()))));
  }

  public static List<String> nodes(OnnxGraph graph) {
    return proto(graph).getNodeList().stream().map(NodeProto::getName).toList();
  }

  private static List<String> types(OnnxGraph graph) {
    return proto(graph).getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  @Test
  void sharesOneWeightsFileBetweenGraphs(@TempDir Path folder) throws IOException {
    OnnxExporter one = exporter(t -> Map.of("y", product(t)));
    OnnxExporter other = exporter(t -> Map.of("y", product(t).exp()));
    OnnxGraph graph = one.trace(manager);
    Map<String, Safetensors.Tensor> stored =
        Safetensors.write(folder.resolve("weights.safetensors"), graph.weights(), Map.of());
    graph.write(folder.resolve("one.onnx"), stored, "weights.safetensors");
    other.trace(manager).write(folder.resolve("other.onnx"), stored, "weights.safetensors");
    for (String name : List.of("one.onnx", "other.onnx")) {
      assertThat(Files.size(folder.resolve(name))).isLessThan(2000);
    }
    one.check(folder.resolve("one.onnx"), manager).require(Exports.TOLERANCE);
    other.check(folder.resolve("other.onnx"), manager).require(Exports.TOLERANCE);
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("one.onnx", "other.onnx", "weights.safetensors");
    }
  }

  /** The values come from the file: other weights give other results. */
  @Test
  void readsTheWeightsFromTheFile(@TempDir Path folder) {
    OnnxExporter exporter = exporter(t -> Map.of("y", product(t)));
    OnnxGraph graph = exporter.trace(manager);
    graph.save(folder.resolve("net.onnx"));
    bias.getArray().addi(1);
    assertThat(exporter.check(folder.resolve("net.onnx"), manager).worst()).isGreaterThan(0.1);
    graph.save(folder.resolve("net.onnx"));
    assertThat(exporter.check(folder.resolve("net.onnx"), manager).worst()).isLessThan(1e-5);
  }

  @Test
  void refusesAWeightsFileThatIsOfAnotherModel(@TempDir Path folder) {
    OnnxGraph graph = exporter(t -> Map.of("y", product(t))).trace(manager);
    Safetensors.Tensor wrong = new Safetensors.Tensor("p.bias", "F32", new long[] {3}, 64, 12);
    assertThatThrownBy(
            () -> graph.write(folder.resolve("net.onnx"), Map.of("p.bias", wrong), "w.safetensors"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("w.safetensors: holds ")
        .hasMessageContaining("expected F32[512");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void keepsOnlyWhatAnOutputDependsOn() {
    OnnxGraph graph =
        exporter(
                t -> {
                  NDArray x = normal(t, "x", new Shape(LARGE));
                  x.matMul(value(t, weight)).median();
                  return Map.of("y", x.add(value(t, bias)));
                })
            .trace(manager);
    assertThat(types(graph)).containsExactly("Add");
    assertThat(graph.weights()).extracting(Safetensors.Entry::name).containsExactly("p.bias");
    assertThat(proto(graph).getInitializerList()).hasSize(1);
  }

  @Test
  void writesEachConstantOnceAndNoIdentity() {
    OnnxGraph graph =
        Exports.export(
            Exports.of(
                (x, m) ->
                    x.mul(2f)
                        .duplicate()
                        .stopGradient()
                        .add(m.create(2f))
                        .add(m.full(new Shape(), 2))
                        .add(m.create(1f).add(1))
                        .toType(DataType.FLOAT32, false)));
    assertThat(types(graph)).containsExactly("Mul", "Add", "Add", "Add");
    assertThat(proto(graph).getInitializerList()).hasSize(1);
  }

  @Test
  void sharesSizesAndCasts() {
    OnnxGraph graph =
        Exports.export(
            Exports.of(
                x -> {
                  long batch = x.getShape().get(0);
                  NDArray b = x.gt(0);
                  NDArray one = b.toType(DataType.FLOAT32, false).reshape(batch * 2, 3, 4);
                  NDArray two = b.toType(DataType.FLOAT32, false).reshape(batch * 2, 3, 4);
                  return one.add(two).reshape(batch, 6, 4);
                }));
    assertThat(types(graph)).containsOnlyOnce("Cast").doesNotContain("Shape");
  }

  @Test
  void writesNoNodeForWhatChangesNothing() {
    OnnxGraph graph =
        Exports.export(
            Exports.of(
                x ->
                    x.reshape(x.getShape())
                        .broadcast(x.getShape())
                        .transpose(0, 1, 2)
                        .toType(DataType.FLOAT32, true)
                        .stopGradient()
                        .exp()));
    assertThat(types(graph)).containsExactly("Exp");
  }

  /** The author wrote the same thing twice. */
  @Test
  void computesOnceWhatIsWrittenTwice() {
    OnnxGraph graph =
        Exports.export(
            Exports.of(x -> x.sub(1).exp().sum(new int[] {1}).add(x.sub(1).exp().mean())));
    assertThat(types(graph)).containsExactly("Sub", "Exp", "ReduceSum", "ReduceMean", "Add");
  }

  /** Positions as INT32, cast to INT64 for ONNX; a mask that is cast; arithmetic before both. */
  @Test
  void foldsWhatDependsOnConstants() {
    OnnxGraph graph =
        Exports.export(
            Exports.of(
                (x, m) -> {
                  NDArray rows = m.create(new int[] {0, 1}).add(m.arange(2));
                  NDArray mask = m.arange(4).gt(1).expandDims(0).broadcast(2, 4);
                  return x.get(":,{}", rows).mul(mask.toType(DataType.FLOAT32, false));
                }));
    assertThat(types(graph)).containsExactly("Gather", "Mul");
    assertThat(proto(graph).getInitializerList()).hasSize(2);
  }

  /** An input that nothing depends on would have to be made and carried for nothing. */
  @Test
  void dropsInputsThatNoOutputDependsOn() {
    Traced code =
        t -> {
          NDArray unused = normal(t, "unused", new Shape(LARGE));
          NDArray x = normal(t, "x", new Shape(LARGE));
          x.add(unused).exp();
          return Map.of("y", x.neg());
        };
    assertThat(exporter(code).trace(manager).inputs()).extracting(Port::name).containsExactly("x");
    Exports.parity(exporter(code)).require(0);
  }

  @Test
  void givesAnOutputThatIsNoNodeItsOwnName() {
    Traced code =
        t -> {
          NDArray x = normal(t, "x", new Shape(LARGE));
          NDArray y = x.neg();
          return Exports.outputs(y, y, x, value(t, bias), t.manager().create(3f));
        };
    OnnxGraph graph = exporter(code).trace(manager);
    assertThat(types(graph)).containsExactly("Neg", "Identity", "Identity", "Identity", "Identity");
    Exports.parity(exporter(code)).require(0);
  }

  @Test
  void writesTheSameBytesEveryTime() {
    Traced code = Exports.of(x -> x.softmax(1).sum(new int[] {1}, true).div(x.tile(2).sum()));
    assertThat(Exports.export(code).toBytes()).isEqualTo(Exports.export(code).toBytes());
  }

  @Test
  void tellsPortsWithTheirExtents() {
    OnnxGraph graph = Exports.export(Exports.of(x -> x.reshape(-1, 4).concat(x.get(0), 0)));
    Port out = graph.outputs().get(0);
    assertThat(out.extents()).containsExactly(new Extent(6, 6), Extent.of(4));
    assertThat(out.batched()).isFalse();
    assertThatThrownBy(out::event).hasMessageContaining("y: has shape [6*B+6, 4]");
    assertThat(graph.inputs().get(0).event()).isEqualTo(new Shape(6, 4));
    List<String> dimensions = new ArrayList<>();
    proto(graph)
        .getOutput(0)
        .getType()
        .getTensorType()
        .getShape()
        .getDimList()
        .forEach(d -> dimensions.add(d.hasDimParam() ? d.getDimParam() : "" + d.getDimValue()));
    assertThat(dimensions).containsExactly("6*batch+6", "4");
  }

  /** One value from the record to the bytes, unrounded. */
  @Test
  void storesConstantsExactly() {
    float odd = Math.nextUp(0.1f);
    TensorProto tensor = proto(Exports.export(Exports.of(x -> x.mul(odd)))).getInitializer(0);
    assertThat(
            tensor
                .getRawData()
                .asReadOnlyByteBuffer()
                .order(java.nio.ByteOrder.nativeOrder())
                .getFloat())
        .isEqualTo(odd);
  }
}
