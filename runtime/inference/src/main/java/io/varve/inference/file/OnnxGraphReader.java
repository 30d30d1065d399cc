package io.varve.inference.file;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the graph of an ONNX file, and notes every tensor whose data lie elsewhere. */
final class OnnxGraphReader {
  /** The number of {@code AttributeProto.AttributeType} of the fields that bundles have. */
  private static final Map<Integer, Integer> TYPES = Map.of(2, 1, 3, 2, 4, 3, 6, 5, 8, 7, 9, 8);

  private static final int INTS = 7;
  private static final int STRINGS = 8;

  /** The graphs of models that papers tell of have a tenth of it. */
  private static final int MOST_NODES = 50_000;

  private final boolean strict;
  private final List<OnnxGraph.External> externals;

  private int count;

  OnnxGraphReader(boolean strict, List<OnnxGraph.External> externals) {
    this.strict = strict;
    this.externals = externals;
  }

  OnnxGraph read(ProtobufReader graph) {
    String name = "";
    List<OnnxGraph.Node> nodes = new ArrayList<>();
    List<OnnxGraph.Tensor> initializers = new ArrayList<>();
    List<OnnxGraph.Value> inputs = new ArrayList<>();
    List<OnnxGraph.Value> outputs = new ArrayList<>();
    while (graph.next()) {
      switch (graph.field()) {
        case 1 -> {
          require(!strict || ++count <= MOST_NODES, "more than " + MOST_NODES + " nodes");
          nodes.add(node(graph.message(OnnxSchema.NODE)));
        }
        case 2 -> name = graph.text();
        case 5 -> initializers.add(tensor(graph.message(OnnxSchema.TENSOR)));
        case 11 -> inputs.add(value(graph.message(OnnxSchema.VALUE)));
        case 12 -> outputs.add(value(graph.message(OnnxSchema.VALUE)));
        case 15 -> sparse(graph.message(OnnxSchema.SPARSE_TENSOR));
        default -> {}
      }
    }
    return new OnnxGraph(name, nodes, initializers, inputs, outputs);
  }

  private OnnxGraph.Node node(ProtobufReader node) {
    String operator = "";
    String domain = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, OnnxGraph.Attribute> attributes = new LinkedHashMap<>();
    while (node.next()) {
      switch (node.field()) {
        case 1 -> inputs.add(node.text());
        case 2 -> outputs.add(node.text());
        case 4 -> operator = node.text();
        case 5 -> attribute(node.message(OnnxSchema.ATTRIBUTE), attributes);
        case 7 -> domain = node.text();
        default -> {}
      }
    }
    boolean plain = domain.isEmpty() || domain.equals("ai.onnx");
    String name = plain ? operator : domain + "." + operator;
    return new OnnxGraph.Node(name, inputs, outputs, attributes);
  }

  private void attribute(ProtobufReader attribute, Map<String, OnnxGraph.Attribute> into) {
    String name = "";
    int type = 0;
    Map<Integer, List<Object>> values = new LinkedHashMap<>();
    while (attribute.next()) {
      int field = attribute.field();
      switch (field) {
        case 1 -> name = attribute.text();
        case 20 -> type = (int) attribute.number();
        case 5, 10 -> tensor(attribute.message(OnnxSchema.TENSOR));
        case 11 -> read(attribute.message(OnnxSchema.GRAPH));
        case 22, 23 -> sparse(attribute.message(OnnxSchema.SPARSE_TENSOR));
        default -> {
          if (TYPES.containsKey(field) && (strict || field == 6)) {
            values.computeIfAbsent(TYPES.get(field), key -> new ArrayList<>());
            values.get(TYPES.get(field)).add(content(attribute));
          }
        }
      }
    }
    if (strict) {
      // An empty list has no field of its own.
      boolean empty = values.isEmpty() && (type == INTS || type == STRINGS);
      require(empty || values.keySet().equals(Set.of(type)), name + " is not of its type");
      require(!into.containsKey(name), name + " stands there twice");
    }
    List<Object> all = values.getOrDefault(type, List.of());
    Optional<Object> value =
        type == INTS || type == STRINGS ? Optional.of(all) : all.stream().findFirst();
    into.put(name, new OnnxGraph.Attribute(type, value));
  }

  private Object content(ProtobufReader attribute) {
    return switch (attribute.field()) {
      case 2 -> attribute.real();
      case 3, 8 -> attribute.number();
      case 6 -> read(attribute.message(OnnxSchema.GRAPH));
      default -> attribute.text();
    };
  }

  private void sparse(ProtobufReader sparse) {
    while (sparse.next()) {
      if (sparse.field() == 1 || sparse.field() == 2) {
        tensor(sparse.message(OnnxSchema.TENSOR));
      }
    }
  }

  private OnnxGraph.Tensor tensor(ProtobufReader tensor) {
    String name = "";
    int type = 0;
    long location = 0;
    List<Long> dims = new ArrayList<>();
    Optional<ByteBuffer> data = Optional.empty();
    Map<String, String> place = new LinkedHashMap<>();
    while (tensor.next()) {
      switch (tensor.field()) {
        case 1 -> dims.add(tensor.number());
        case 2 -> type = (int) tensor.number();
        case 8 -> name = tensor.text();
        case 9 -> data = Optional.of(tensor.bytes());
        case 13 -> pair(tensor.message(OnnxSchema.PAIR), place);
        case 14 -> location = tensor.number();
        default -> {}
      }
    }
    Optional<OnnxGraph.External> external = Optional.empty();
    if (location != 0 || !place.isEmpty()) {
      require(!strict || (location == 1 && data.isEmpty()), "tensor '" + name + "' lies twice");
      external = Optional.of(external(name, place));
      externals.add(external.get());
    }
    return new OnnxGraph.Tensor(name, type, dims, data, external);
  }

  private OnnxGraph.External external(String name, Map<String, String> place) {
    boolean known = List.of("location", "offset", "length").containsAll(place.keySet());
    require(!strict || (known && place.size() == 3), "tensor '" + name + "' lies at " + place);
    return new OnnxGraph.External(
        name,
        place.getOrDefault("location", ""),
        whole(name, place.getOrDefault("offset", "0")),
        whole(name, place.getOrDefault("length", "-1")));
  }

  private long whole(String tensor, String digits) {
    try {
      long value = Long.parseLong(digits);
      require(!strict || Long.toString(value).equals(digits), "'" + digits + "' is no number");
      return value;
    } catch (NumberFormatException e) {
      throw new ProtobufReader.Malformed("tensor '" + tensor + "' lies at '" + digits + "'");
    }
  }

  private static void pair(ProtobufReader pair, Map<String, String> into) {
    String key = "";
    String value = "";
    while (pair.next()) {
      switch (pair.field()) {
        case 1 -> key = pair.text();
        default -> value = pair.text();
      }
    }
    // Readers differ in which of two counts.
    require(into.put(key, value) == null, "a tensor has two values of '" + key + "'");
  }

  private static OnnxGraph.Value value(ProtobufReader value) {
    String name = "";
    int type = 0;
    Optional<List<Long>> dims = Optional.empty();
    while (value.next()) {
      switch (value.field()) {
        case 1 -> name = value.text();
        case 2 -> {
          ProtobufReader kinds = value.message(OnnxSchema.TYPE);
          while (kinds.next()) {
            if (kinds.field() == 1) {
              ProtobufReader tensor = kinds.message(OnnxSchema.TENSOR_TYPE);
              while (tensor.next()) {
                switch (tensor.field()) {
                  case 1 -> type = (int) tensor.number();
                  default -> dims = Optional.of(shape(tensor.message(OnnxSchema.SHAPE)));
                }
              }
            }
          }
        }
        default -> {}
      }
    }
    return new OnnxGraph.Value(name, type, dims);
  }

  private static List<Long> shape(ProtobufReader shape) {
    List<Long> dims = new ArrayList<>();
    while (shape.next()) {
      ProtobufReader dimension = shape.message(OnnxSchema.DIMENSION);
      long size = -1;
      int given = 0;
      while (dimension.next()) {
        given += dimension.field() == 3 ? 0 : 1;
        size = dimension.field() == 1 ? dimension.number() : size;
      }
      require(given <= 1, "a dimension has a size and a name");
      dims.add(size);
    }
    return dims;
  }

  private static void require(boolean condition, String found) {
    if (!condition) {
      throw new ProtobufReader.Malformed(found);
    }
  }
}
