package io.varve.export.onnx.lower;

import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.varve.export.onnx.graph.Types;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.program.Origin;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Writes nodes and constants. Every node is a function of its inputs, so what is asked for twice is
 * written once.
 */
final class Emitter {
  private final Optional<Emitter> outer;
  private final Graphwide graph;
  private final List<NodeProto.Builder> nodes = new ArrayList<>();
  private final Map<List<Object>, List<String>> shared = new HashMap<>();
  private Set<String> read = Set.of();
  private String place = "graph";

  /** What a graph and the bodies of its loops have in common. */
  private static final class Graphwide {
    private final Map<Constant, String> constants = new LinkedHashMap<>();
    private final Map<String, Constant> byName = new HashMap<>();
    private final String batchInput;
    private int count;

    Graphwide(String batchInput) {
      this.batchInput = batchInput;
    }
  }

  private record Constant(DataType type, List<Long> shape, ByteString bytes) {}

  /**
   * @param batchInput an input whose axis 0 is the batch, empty if there is none
   */
  Emitter(String batchInput) {
    this.outer = Optional.empty();
    this.graph = new Graphwide(batchInput);
  }

  private Emitter(Emitter outer) {
    this.outer = Optional.of(outer);
    this.graph = outer.graph;
    this.place = outer.place;
  }

  /** Writes the body of a loop, in which all that stands around it can be read. */
  Emitter body() {
    return new Emitter(this);
  }

  /** Names the following nodes after a line of the author's code. */
  void at(Origin origin) {
    place = origin.brief();
  }

  List<NodeProto.Builder> nodes() {
    return nodes;
  }

  /**
   * Drops the nodes whose results nobody reads.
   *
   * @param delivered the results that are read from outside
   */
  void sweep(Collection<String> delivered) {
    read = new HashSet<>(delivered);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (nodes.get(i).getOutputList().stream().anyMatch(read::contains)) {
        addReads(nodes.get(i).getInputList(), nodes.get(i).getAttributeList());
      } else {
        nodes.remove(i);
      }
    }
  }

  private void addReads(List<String> inputs, List<AttributeProto> attributes) {
    read.addAll(inputs);
    attributes.stream()
        .flatMap(attribute -> attribute.getG().getNodeList().stream())
        .forEach(node -> addReads(node.getInputList(), node.getAttributeList()));
  }

  /** The constants that a node reads; some were asked for only to be cast. */
  List<TensorProto> initializers() {
    return graph.constants.entrySet().stream()
        .filter(entry -> read.contains(entry.getValue()))
        .map(entry -> tensor(entry.getValue(), entry.getKey()))
        .toList();
  }

  /** Whether a node reads this. */
  boolean reads(String name) {
    return read.contains(name);
  }

  private static TensorProto tensor(String name, Constant constant) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(Types.onnx(constant.type()).getNumber())
        .addAllDims(constant.shape())
        .setRawData(constant.bytes())
        .build();
  }

  /** A node with one output. An empty input is one left out. */
  String node(String type, Map<String, ?> attributes, String... inputs) {
    return nodes(type, attributes, List.of(inputs), 1).get(0);
  }

  /** A node with several outputs. */
  List<String> nodes(String type, Map<String, ?> attributes, List<String> inputs, int outputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).addAllInput(inputs);
    // In one order, so that one program gives the same bytes every time.
    new TreeMap<>(attributes).forEach((key, value) -> node.addAttribute(attribute(key, value)));
    return shared(List.of("node", node.build(), outputs), () -> write(node, outputs));
  }

  private List<String> write(NodeProto.Builder node, int outputs) {
    String name = name(node.getOpType());
    node.setName(name);
    List<String> results =
        outputs == 1
            ? List.of(name)
            : LongStream.range(0, outputs).mapToObj(i -> name + "." + i).toList();
    node.addAllOutput(results);
    nodes.add(node);
    return results;
  }

  /** A copy of a value under a name of its own. */
  String copy(String input) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType("Identity").addInput(input);
    return write(node, 1).get(0);
  }

  /** A name that nothing has yet. */
  String name(String kind) {
    return place + "/" + kind + "_" + graph.count++;
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    if (value instanceof Long || value instanceof Integer) {
      attribute.setType(AttributeProto.AttributeType.INT).setI(((Number) value).longValue());
    } else if (value instanceof Float number) {
      attribute.setType(AttributeProto.AttributeType.FLOAT).setF(number);
    } else if (value instanceof String text) {
      attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
    } else if (value instanceof List<?> texts) {
      attribute.setType(AttributeProto.AttributeType.STRINGS);
      texts.forEach(text -> attribute.addStrings(ByteString.copyFromUtf8((String) text)));
    } else if (value instanceof GraphProto body) {
      attribute.setType(AttributeProto.AttributeType.GRAPH).setG(body);
    } else if (value instanceof long[] numbers) {
      attribute.setType(AttributeProto.AttributeType.INTS);
      LongStream.of(numbers).forEach(attribute::addInts);
    } else {
      throw new IllegalStateException("attribute " + name + " is a " + value.getClass());
    }
    return attribute.build();
  }

  String constant(DataType type, List<Long> shape, ByteString bytes) {
    Constant constant = new Constant(type, shape, bytes);
    String name =
        graph.constants.computeIfAbsent(constant, key -> "constant_" + graph.constants.size());
    graph.byName.put(name, constant);
    return name;
  }

  /** A number without axes. */
  String scalar(Number number, DataType type) {
    return constant(type, List.of(), Types.element(number, type));
  }

  /** An array of numbers, row by row. */
  String array(DataType type, List<Long> shape, double... numbers) {
    return constant(type, shape, Types.elements(numbers, type));
  }

  /** A vector of integers. */
  String ints(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
    LongStream.of(values).forEach(bytes::putLong);
    return constant(
        DataType.INT64, List.of((long) values.length), ByteString.copyFrom(bytes.flip()));
  }

  String cast(String input, DataType from, DataType to) {
    if (from == to) {
      return input;
    }
    Constant constant = graph.byName.get(input);
    return constant == null
        ? node("Cast", Map.of("to", Types.onnx(to).getNumber()), input)
        : constant(to, constant.shape(), Types.converted(constant.bytes(), from, to));
  }

  /** A size as a vector of one integer. Sizes are computed once, outside of any loop. */
  String size(Extent extent) {
    if (extent.fixed()) {
      return ints(extent.offset());
    }
    return outer.isPresent() ? outer.get().size(extent) : grown(extent);
  }

  private String grown(Extent extent) {
    String size = batch();
    if (extent.slope() != 1) {
      size = node("Mul", Map.of(), size, ints(extent.slope()));
    }
    return extent.offset() == 0 ? size : node("Add", Map.of(), size, ints(extent.offset()));
  }

  private String batch() {
    if (graph.batchInput.isEmpty()) {
      throw new IllegalArgumentException(
          place + ": a size depends on the batch, but no input carries it; declare one");
    }
    return node("Shape", Map.of("start", 0L, "end", 1L), graph.batchInput);
  }

  /** A shape as a vector of integers. */
  String shape(List<Extent> extents) {
    if (extents.stream().allMatch(Extent::fixed)) {
      return ints(extents.stream().mapToLong(Extent::offset).toArray());
    }
    if (outer.isPresent()) {
      return outer.get().shape(extents);
    }
    return extents.size() == 1
        ? size(extents.get(0))
        : node(
            "Concat", Map.of("axis", 0L), extents.stream().map(this::size).toArray(String[]::new));
  }

  /** A size as a number without axes. */
  String number(Extent extent, DataType type) {
    if (extent.fixed()) {
      return scalar(extent.offset(), type);
    }
    return outer.isPresent()
        ? outer.get().number(extent, type)
        : cast(node("Squeeze", Map.of(), size(extent)), DataType.INT64, type);
  }

  private List<String> shared(List<Object> key, Supplier<List<String>> written) {
    Optional<List<String>> known = known(key);
    if (known.isPresent()) {
      return known.get();
    }
    List<String> names = written.get();
    shared.put(key, names);
    return names;
  }

  private Optional<List<String>> known(List<Object> key) {
    return Optional.ofNullable(shared.get(key))
        .or(() -> outer.flatMap(around -> around.known(key)));
  }
}
