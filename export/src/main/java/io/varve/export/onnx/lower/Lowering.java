package io.varve.export.onnx.lower;

import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.Port;
import io.varve.export.onnx.graph.Types;
import io.varve.export.onnx.program.Body;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.program.Origin;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.program.RecordedStep;
import io.varve.export.onnx.program.Value;
import io.varve.export.onnx.program.ValueSource;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lowers a program to an ONNX graph: only what an output depends on, each constant once, and no
 * node for what does nothing.
 */
public final class Lowering {
  private final Program program;
  private final String[] names;
  private Emitter emitter;
  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();
  private final Map<String, Safetensors.Entry> weights = new LinkedHashMap<>();

  private Lowering(Program program) {
    this.program = program;
    this.names = new String[program.values().size()];
    for (Value value : program.values()) {
      if (value.source() instanceof ValueSource.Input input) {
        requireExported(value, "input '" + input.name() + "'");
        inputs.add(new Port(input.name(), value.type(), value.shape()));
      }
    }
    this.emitter =
        new Emitter(
            inputs.stream()
                .filter(p -> !p.extents().isEmpty())
                .map(Port::name)
                .findFirst()
                .orElse(""));
  }

  /**
   * Lowers a program.
   *
   * @throws IllegalArgumentException if ONNX or ONNX Runtime lacks something that it does
   */
  public static OnnxGraph lower(Program program) {
    return new Lowering(program).graph();
  }

  /** The operations that can be lowered, such as {@code NDArray.add}. */
  public static Set<String> operations() {
    return Operators.all().keySet();
  }

  private OnnxGraph graph() {
    for (RecordedStep step : program.observed()) {
      SmallBatches.check(new Call(program, step, emitter, names), step.operation());
    }
    for (RecordedStep step : program.live()) {
      lower(step);
    }
    nameOutputs();
    emitter.sweep(program.outputs().keySet());
    inputs.removeIf(port -> !emitter.reads(port.name()));
    weights.keySet().removeIf(name -> !emitter.reads(name));
    GraphProto.Builder graph = GraphProto.newBuilder().setName("varve");
    inputs.forEach(port -> graph.addInput(info(port)));
    outputs.forEach(port -> graph.addOutput(info(port)));
    emitter.nodes().forEach(graph::addNode);
    graph.addAllInitializer(emitter.initializers());
    requireUniqueNames(graph);
    return new OnnxGraph(graph.build(), inputs, outputs, List.copyOf(weights.values()));
  }

  private void lower(RecordedStep step) {
    emitter.at(step.origin());
    Operator.Rule rule =
        step.body().isPresent() ? c -> loop(c, step.body().get()) : operator(step).rule();
    step.operands().forEach(this::name);
    step.results().forEach(id -> requireExported(program.value(id), step.operation()));
    List<String> results = rule.lower(new Call(program, step, emitter, names));
    for (int i = 0; i < results.size(); i++) {
      names[step.results().get(i)] = results.get(i);
    }
  }

  private static Operator operator(RecordedStep step) {
    return Operators.find(step.operation())
        .orElseThrow(
            () ->
                step.origin()
                    .refuse(
                        step.operation(),
                        "cannot be exported",
                        Operators.instead(step.operation())));
  }

  /** Recorded as (count, condition, state...). */
  private List<String> loop(Call c, Body body) {
    String most = emitter.number(c.extent(0), DataType.INT64);
    String first = c.has(1) ? c.reshape(c.in(1), List.of()) : "";
    List<String> inputs = new ArrayList<>(List.of(most, first));
    for (int i = 2; i < c.count(); i++) {
      inputs.add(c.in(i));
    }
    return emitter.nodes("Loop", Map.of("body", round(body)), inputs, body.state().size());
  }

  /** A body takes the number of the round, whether to do it, and the state. */
  private GraphProto round(Body body) {
    Emitter around = emitter;
    emitter = around.body();
    String goesOn = emitter.name("condition");
    GraphProto.Builder graph = GraphProto.newBuilder().setName(emitter.name("body"));
    graph.addInput(info(new Port(emitter.name("round"), DataType.INT64, List.of())));
    graph.addInput(info(new Port(goesOn, DataType.BOOLEAN, List.of())));
    for (int id : body.state()) {
      names[id] = emitter.name("state");
      graph.addInput(info(port(names[id], id)));
    }
    body.steps().forEach(this::lower);
    List<String> delivered = new ArrayList<>();
    delivered.add(own(body.again().map(this::condition).orElse(goesOn), delivered));
    graph.addOutput(info(new Port(delivered.get(0), DataType.BOOLEAN, List.of())));
    for (int id : body.results()) {
      String result = own(name(id), delivered);
      delivered.add(result);
      graph.addOutput(info(port(result, id)));
    }
    emitter.sweep(delivered);
    emitter.nodes().forEach(graph::addNode);
    emitter = around;
    return graph.build();
  }

  /** The body of a scan: the carried array and a slice give both the next one and a result. */
  static GraphProto scan(Emitter around, String onnx, Port slice) {
    Emitter emit = around.body();
    List<String> names = List.of(emit.name("carried"), emit.name("slice"));
    String next = emit.node(onnx, Map.of(), names.get(0), names.get(1));
    GraphProto.Builder graph = GraphProto.newBuilder().setName(emit.name("body"));
    names.forEach(n -> graph.addInput(info(new Port(n, slice.type(), slice.extents()))));
    for (String result : List.of(next, emit.copy(next))) {
      graph.addOutput(info(new Port(result, slice.type(), slice.extents())));
    }
    emit.nodes().forEach(graph::addNode);
    return graph.build();
  }

  private Port port(String name, int id) {
    return new Port(name, program.value(id).type(), program.value(id).shape());
  }

  private String condition(int id) {
    String answer = name(id);
    return program.value(id).shape().isEmpty()
        ? answer
        : emitter.node("Reshape", Map.of(), answer, emitter.ints());
  }

  /** The name of a node of this body that has not been delivered yet. */
  private String own(String name, List<String> delivered) {
    boolean computed =
        emitter.nodes().stream().anyMatch(node -> node.getOutputList().contains(name));
    return computed && !delivered.contains(name) ? name : emitter.copy(name);
  }

  private static void requireExported(Value value, String what) {
    if (!Types.exported(value.type())) {
      throw value
          .origin()
          .refuse(
              what,
              "is of type " + value.type() + ", which cannot be exported",
              "convert with toType(DataType.FLOAT32, false)");
    }
  }

  /** The ONNX name of a value; what no step computes is declared when first read. */
  private String name(int id) {
    if (names[id] == null) {
      names[id] = declare(program.value(id));
    }
    return names[id];
  }

  private String declare(Value value) {
    if (value.source() instanceof ValueSource.Input input) {
      return input.name();
    }
    if (value.source() instanceof ValueSource.Weight weight) {
      requireExported(value, "parameter '" + weight.name() + "'");
      weights.put(weight.name(), OnnxGraph.weight(weight.name(), weight.array()));
      return weight.name();
    }
    ByteBuffer bytes =
        value.source() instanceof ValueSource.Constant constant
            ? constant.bytes()
            : ((ValueSource.Known) value.source()).bytes();
    return emitter.constant(
        value.type(),
        value.shape().stream().map(Extent::offset).toList(),
        ByteString.copyFrom(bytes.duplicate()));
  }

  /** Gives the last node the name of the output, and a node of its own where there is none. */
  private void nameOutputs() {
    emitter.at(new Origin("outputs", -1));
    Set<String> computed = new HashSet<>();
    emitter.nodes().forEach(node -> computed.addAll(node.getOutputList()));
    Map<String, String> renamed = new HashMap<>();
    program
        .outputs()
        .forEach(
            (output, id) -> {
              Value value = program.value(id);
              outputs.add(new Port(output, value.type(), value.shape()));
              String name = name(id);
              if (computed.contains(name) && !renamed.containsKey(name)) {
                renamed.put(name, output);
              } else {
                renamed.put(emitter.copy(name), output);
              }
            });
    emitter.nodes().forEach(node -> rename(node, renamed));
  }

  private static void rename(NodeProto.Builder node, Map<String, String> renamed) {
    for (int i = 0; i < node.getInputCount(); i++) {
      node.setInput(i, renamed.getOrDefault(node.getInput(i), node.getInput(i)));
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      node.setOutput(i, renamed.getOrDefault(node.getOutput(i), node.getOutput(i)));
    }
    node.getAttributeBuilderList().stream()
        .filter(AttributeProto.Builder::hasG)
        .flatMap(attribute -> attribute.getGBuilder().getNodeBuilderList().stream())
        .forEach(inner -> rename(inner, renamed));
  }

  private void requireUniqueNames(GraphProto.Builder graph) {
    List<String> all = new ArrayList<>(weights.keySet());
    graph.getInputList().forEach(input -> all.add(input.getName()));
    graph.getInitializerList().stream().map(TensorProto::getName).forEach(all::add);
    graph.getNodeList().forEach(node -> all.addAll(node.getOutputList()));
    Set<String> seen = new HashSet<>();
    for (String name : all) {
      if (!seen.add(name)) {
        throw new IllegalArgumentException(
            "graph: the name '%s' is given twice among inputs, outputs and parameters; rename one"
                .formatted(name));
      }
    }
  }

  private static ValueInfoProto info(Port port) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Extent extent : port.extents()) {
      TensorShapeProto.Dimension.Builder dimension = shape.addDimBuilder();
      if (extent.fixed()) {
        dimension.setDimValue(extent.offset());
      } else {
        dimension.setDimParam(extent.toString().replace("B", "batch"));
      }
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(Types.onnx(port.type()).getNumber())
            .setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(port.name())
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
