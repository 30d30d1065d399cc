package io.varve.inference.bundle;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Changes what a graph says, and keeps it a well-formed ONNX file. */
final class OnnxMutator {
  /** Operators that no bundle may have, and some that it may. */
  static final List<String> FORBIDDEN =
      List.of(
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "Bernoulli",
          "Multinomial",
          "If",
          "ConstantOfShape",
          "Constant",
          "NonZero",
          "SequenceEmpty",
          "StringConcat",
          "OptionalHasElement",
          "Frobnicate");

  private static final List<String> ALLOWED =
      List.of(
          "Add", "Div", "Mod", "Reshape", "Expand", "Concat", "Gather", "Conv", "Where", "Loop");

  private static final long[] NUMBERS = {
    0, 1, -1, 2, 3, 64, 1 << 20, 1L << 31, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private final Random random;

  OnnxMutator(Random random) {
    this.random = random;
  }

  OnnxMl.ModelProto mutate(OnnxMl.ModelProto model) {
    OnnxMl.ModelProto.Builder builder = model.toBuilder();
    OnnxMl.GraphProto.Builder graph = builder.getGraphBuilder();
    switch (random.nextInt(12)) {
      case 0 -> model(builder);
      case 1, 2 -> tensor(graph, this::elements);
      case 3 -> tensor(graph, this::shape);
      case 4 -> tensor(graph, this::place);
      case 5 -> graph.addNode(node(graph));
      case 6 -> ports(graph);
      case 7 -> lists(graph);
      default -> inNodes(graph);
    }
    return builder.build();
  }

  private void model(OnnxMl.ModelProto.Builder model) {
    OnnxMl.OperatorSetIdProto.Builder set = OnnxMl.OperatorSetIdProto.newBuilder();
    switch (random.nextInt(7)) {
      case 0 -> model.setIrVersion(number());
      case 1 -> model.addOpsetImport(set.setDomain("com.microsoft").setVersion(1));
      case 2 -> model.setOpsetImport(0, set.setVersion(random.nextInt(30)));
      case 3 -> model.addFunctions(OnnxMl.FunctionProto.newBuilder().setName("f"));
      case 4 -> model.addTrainingInfo(OnnxMl.TrainingInfoProto.newBuilder());
      case 5 -> model.addMetadataProps(OnnxMl.StringStringEntryProto.newBuilder().setKey("a"));
      default -> model.setDomain("other").setProducerName("\u001b[2J");
    }
  }

  private void tensor(
      OnnxMl.GraphProto.Builder graph, Consumer<OnnxMl.TensorProto.Builder> change) {
    if (graph.getInitializerCount() > 0) {
      change.accept(graph.getInitializerBuilder(random.nextInt(graph.getInitializerCount())));
    }
  }

  private void elements(OnnxMl.TensorProto.Builder tensor) {
    byte[] data = tensor.getRawData().toByteArray();
    ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    switch (random.nextInt(5)) {
      case 0 -> tensor.addFloatData(Float.NaN);
      case 1 -> tensor.clearRawData().addInt64Data(number());
      default -> {
        if (data.length >= 8) {
          bytes.putLong(random.nextInt(data.length / 8) * 8, number());
        } else if (data.length >= 4) {
          float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0, 1e38f};
          bytes.putFloat(0, odd[random.nextInt(odd.length)]);
        }
        tensor.setRawData(ByteString.copyFrom(data));
      }
    }
  }

  private void shape(OnnxMl.TensorProto.Builder tensor) {
    int types = 24;
    switch (random.nextInt(4)) {
      case 0 -> tensor.setDataType(random.nextInt(types));
      case 1 -> tensor.addDims(number());
      case 2 -> tensor.clearDims();
      default -> {
        if (tensor.getDimsCount() > 0) {
          tensor.setDims(random.nextInt(tensor.getDimsCount()), number());
        }
      }
    }
  }

  private void place(OnnxMl.TensorProto.Builder tensor) {
    String[] places = {
      "../secret",
      "/etc/passwd",
      "./weights.safetensors",
      "manifest.json",
      "bound.onnx",
      "",
      "parity.safetensors",
      "*/_ORT_MEM_ADDR_/*",
      "weights.safetensors\u0000",
      "WEIGHTS.safetensors"
    };
    if (tensor.getExternalDataCount() == 0) {
      tensor.setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL);
      tensor.addExternalData(pair("location", places[random.nextInt(places.length)]));
      return;
    }
    int at = random.nextInt(tensor.getExternalDataCount());
    OnnxMl.StringStringEntryProto.Builder entry = tensor.getExternalDataBuilder(at);
    switch (random.nextInt(5)) {
      case 0 -> tensor.addExternalData(entry.build());
      case 1 -> tensor.removeExternalData(at);
      case 2 -> tensor.addExternalData(pair("checksum", "0"));
      case 3 -> tensor.clearDataLocation();
      default ->
          entry.setValue(
              entry.getKey().equals("location")
                  ? places[random.nextInt(places.length)]
                  : random.nextBoolean() ? number() + "" : "0" + entry.getValue());
    }
  }

  private static OnnxMl.StringStringEntryProto pair(String key, String value) {
    return OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private OnnxMl.NodeProto node(OnnxMl.GraphProto.Builder graph) {
    OnnxMl.NodeProto.Builder node = OnnxMl.NodeProto.newBuilder().setOpType(operator());
    for (int i = random.nextInt(4); i > 0; i--) {
      node.addInput(name(graph));
    }
    if (random.nextInt(4) == 0) {
      node.setDomain("com.microsoft");
    }
    return node.addOutput(random.nextInt(4) == 0 ? name(graph) : "made").build();
  }

  private String operator() {
    List<String> names = random.nextBoolean() ? FORBIDDEN : ALLOWED;
    return names.get(random.nextInt(names.size()));
  }

  private String name(OnnxMl.GraphProto.Builder graph) {
    int nodes = graph.getNodeCount();
    return switch (random.nextInt(4)) {
      case 0 -> graph.getInput(random.nextInt(Math.max(1, graph.getInputCount()))).getName();
      case 1 ->
          graph.getInitializerCount() == 0
              ? ""
              : graph.getInitializer(random.nextInt(graph.getInitializerCount())).getName();
      default -> nodes == 0 ? "" : graph.getNode(random.nextInt(nodes)).getOutput(0);
    };
  }

  private void ports(OnnxMl.GraphProto.Builder graph) {
    OnnxMl.ValueInfoProto.Builder port =
        random.nextBoolean()
            ? graph.getInputBuilder(random.nextInt(graph.getInputCount()))
            : graph.getOutputBuilder(random.nextInt(graph.getOutputCount()));
    OnnxMl.TypeProto.Tensor.Builder type = port.getTypeBuilder().getTensorTypeBuilder();
    switch (random.nextInt(6)) {
      case 0 -> port.setName("other\u001b");
      case 1 -> type.setElemType(random.nextInt(24));
      case 2 -> type.clearShape();
      case 3 -> type.getShapeBuilder().addDimBuilder().setDimValue(number());
      case 4 -> port.setDocString("more");
      default -> {
        if (type.getShape().getDimCount() > 0) {
          type.getShapeBuilder()
              .getDimBuilder(random.nextInt(type.getShape().getDimCount()))
              .setDimValue(number());
        }
      }
    }
  }

  private void lists(OnnxMl.GraphProto.Builder graph) {
    switch (random.nextInt(6)) {
      case 0 -> graph.addInput(graph.getInput(random.nextInt(graph.getInputCount())));
      case 1 -> graph.addOutput(graph.getOutput(random.nextInt(graph.getOutputCount())));
      case 2 -> graph.addValueInfo(graph.getOutput(0));
      case 3 -> graph.addSparseInitializer(OnnxMl.SparseTensorProto.newBuilder());
      case 4 -> graph.removeInput(random.nextInt(graph.getInputCount()));
      default -> tensor(graph, tensor -> tensor.setName(name(graph)));
    }
  }

  private void inNodes(OnnxMl.GraphProto.Builder graph) {
    if (graph.getNodeCount() == 0) {
      return;
    }
    int at = random.nextInt(graph.getNodeCount());
    OnnxMl.NodeProto.Builder node = graph.getNodeBuilder(at);
    switch (random.nextInt(9)) {
      case 0 -> node.setOpType(operator());
      case 1 -> node.setDomain(random.nextBoolean() ? "ai.onnx" : "com.microsoft");
      case 2 -> graph.addNode(node.build());
      case 3 -> graph.removeNode(at);
      case 4 -> graph.addNode(graph.getNode(at)).removeNode(at);
      case 5 -> node.addInput(name(graph));
      case 6 -> {
        if (node.getInputCount() > 0) {
          node.setInput(random.nextInt(node.getInputCount()), name(graph));
        }
      }
      default -> attribute(node);
    }
  }

  private void attribute(OnnxMl.NodeProto.Builder node) {
    if (node.getAttributeCount() == 0 || random.nextInt(5) == 0) {
      node.addAttributeBuilder()
          .setName(random.nextBoolean() ? "axis" : "odd")
          .setType(OnnxMl.AttributeProto.AttributeType.INT)
          .setI(number());
      return;
    }
    OnnxMl.AttributeProto.Builder attribute =
        node.getAttributeBuilder(random.nextInt(node.getAttributeCount()));
    if (attribute.hasG() && random.nextInt(8) != 0) {
      inNodes(attribute.getGBuilder());
      return;
    }
    switch (random.nextInt(7)) {
      case 0 -> attribute.setF(Float.NaN);
      case 1 -> attribute.setI(number());
      case 2 -> attribute.addInts(number());
      case 3 -> attribute.setRefAttrName("other");
      case 4 -> attribute.setType(OnnxMl.AttributeProto.AttributeType.FLOATS).addFloats(1);
      case 5 -> attribute.setT(OnnxMl.TensorProto.newBuilder().setDataType(1).addFloatData(1));
      default -> {
        if (attribute.getIntsCount() > 0) {
          attribute.setInts(random.nextInt(attribute.getIntsCount()), number());
        }
      }
    }
  }

  private long number() {
    return random.nextInt(3) == 0
        ? random.nextInt(70) - 5
        : NUMBERS[random.nextInt(NUMBERS.length)];
  }
}
