package io.varve.inference;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes an ONNX graph by hand and keeps the entry that its manifest needs. */
public final class TinyGraph {
  static final int OPSET = 20;

  private final OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("tiny");
  private final List<Manifest.Port> inputs = new ArrayList<>();
  private final List<Manifest.Noise> noise = new ArrayList<>();
  private final List<Manifest.Port> outputs = new ArrayList<>();

  public String image(String name, Long... shape) {
    inputs.add(new Manifest.Port(name, "uint8", List.of(shape)));
    graph.addInput(value(name, OnnxMl.TensorProto.DataType.UINT8, shape));
    return name;
  }

  String carried(String name, Long... shape) {
    inputs.add(new Manifest.Port(name, "float32", List.of(shape)));
    graph.addInput(value(name, OnnxMl.TensorProto.DataType.FLOAT, shape));
    return name;
  }

  public String noise(String name, String distribution, Long... shape) {
    noise.add(new Manifest.Noise(name, distribution, List.of(shape)));
    graph.addInput(value(name, OnnxMl.TensorProto.DataType.FLOAT, shape));
    return name;
  }

  public void output(String name, String from, Long... shape) {
    outputs.add(new Manifest.Port(name, "float32", List.of(shape)));
    graph.addNode(node("Identity", name, from));
    graph.addOutput(value(name, OnnxMl.TensorProto.DataType.FLOAT, shape));
  }

  /** Adds a node; its output has the name {@code out}. */
  String op(String operator, String out, String... in) {
    graph.addNode(node(operator, out, in));
    return out;
  }

  /** A value as float32, flattened to [B, n]. */
  public String flat(String in) {
    OnnxMl.AttributeProto to =
        OnnxMl.AttributeProto.newBuilder()
            .setName("to")
            .setType(OnnxMl.AttributeProto.AttributeType.INT)
            .setI(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
            .build();
    graph.addNode(node("Cast", in + ".float", in).addAttribute(to));
    return op("Flatten", in + ".flat", in + ".float");
  }

  /** The sum of each row of [B, n], shape [B]. */
  public String sum(String in) {
    OnnxMl.AttributeProto keep =
        OnnxMl.AttributeProto.newBuilder()
            .setName("keepdims")
            .setType(OnnxMl.AttributeProto.AttributeType.INT)
            .setI(0)
            .build();
    graph.addNode(
        node("ReduceSum", in + ".sum", in, constant(in + ".axis", 1L)).addAttribute(keep));
    return in + ".sum";
  }

  String constant(String name, Long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    graph.addInitializer(
        OnnxMl.TensorProto.newBuilder()
            .setName(name)
            .setDataType(OnnxMl.TensorProto.DataType.INT64_VALUE)
            .addDims(values.length)
            .setRawData(ByteString.copyFrom(bytes.flip())));
    return name;
  }

  /** A parameter whose data lie in another file. */
  String weight(Safetensors.Tensor tensor, String location) {
    graph.addInitializer(external(tensor, location));
    return tensor.name();
  }

  public static OnnxMl.TensorProto external(Safetensors.Tensor tensor, String location) {
    OnnxMl.TensorProto.Builder proto =
        OnnxMl.TensorProto.newBuilder()
            .setName(tensor.name())
            .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
            .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
            .addExternalData(pair("location", location))
            .addExternalData(pair("offset", "" + tensor.offset()))
            .addExternalData(pair("length", "" + tensor.length()));
    for (long dimension : tensor.shape()) {
      proto.addDims(dimension);
    }
    return proto.build();
  }

  public OnnxMl.GraphProto.Builder proto() {
    return graph;
  }

  public OnnxMl.ModelProto.Builder model() {
    return OnnxMl.ModelProto.newBuilder()
        .setIrVersion(9)
        .setGraph(graph)
        .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET));
  }

  /** Writes the file and returns what the manifest says about it. */
  public Manifest.Graph write(Path folder, String file) {
    write(model(), folder.resolve(file));
    return new Manifest.Graph(file, inputs, noise, outputs);
  }

  public static void write(OnnxMl.ModelProto.Builder model, Path file) {
    try {
      Files.write(file, model.build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OnnxMl.StringStringEntryProto pair(String key, String value) {
    return OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static OnnxMl.NodeProto.Builder node(String operator, String out, String... in) {
    return OnnxMl.NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(in))
        .addOutput(out);
  }

  private static OnnxMl.ValueInfoProto value(
      String name, OnnxMl.TensorProto.DataType type, Long... shape) {
    OnnxMl.TensorShapeProto.Builder dimensions = OnnxMl.TensorShapeProto.newBuilder();
    dimensions.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    for (long dimension : shape) {
      dimensions.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
    }
    OnnxMl.TypeProto.Tensor tensor =
        OnnxMl.TypeProto.Tensor.newBuilder()
            .setElemType(type.getNumber())
            .setShape(dimensions)
            .build();
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
