package io.varve.export.onnx.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import io.varve.inference.file.AtomicFile;
import io.varve.inference.file.Safetensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * An ONNX graph (operator set 20) and the parameters it uses. The parameters are read when the
 * graph is written, so keep them open until then.
 */
public final class OnnxGraph {
  /** The version of the ONNX operator set that graphs use. */
  public static final int OPERATOR_SET = 20;

  private static final int IR_VERSION = 9;

  private final GraphProto structure;
  private final List<Port> inputs;
  private final List<Port> outputs;
  private final List<Safetensors.Entry> weights;

  /**
   * A graph.
   *
   * @param structure its nodes, inputs and outputs, without parameters
   * @param weights the parameters that it reads, each of a type that {@link Types} exports
   */
  public OnnxGraph(
      GraphProto structure,
      List<Port> inputs,
      List<Port> outputs,
      List<Safetensors.Entry> weights) {
    this.structure = structure;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.weights = List.copyOf(weights);
  }

  /** An array, which must stay open, as a parameter of a graph. */
  public static Safetensors.Entry weight(String name, NDArray array) {
    return new Safetensors.Entry(
        name,
        Types.safetensors(array.getDataType()),
        array.getShape().getShape(),
        () -> {
          // What the engine makes on the way, as from another device, goes at once.
          try (NDScope made = new NDScope()) {
            made.suppressNotUsedWarning();
            return array.toByteBuffer();
          }
        });
  }

  /** Its nodes, inputs, outputs and constants, without parameters. */
  public GraphProto structure() {
    return structure;
  }

  /**
   * The inputs that an output depends on, in the order in which the code declared them; others are
   * not part of the graph.
   */
  public List<Port> inputs() {
    return inputs;
  }

  /** The outputs, in the order in which the code returned them. */
  public List<Port> outputs() {
    return outputs;
  }

  /**
   * The parameters that an output depends on, as entries of a weights file; several graphs may
   * share one file. Their values are copied when they are written, one at a time.
   */
  public List<Safetensors.Entry> weights() {
    return weights;
  }

  /**
   * The graph with its parameters inside.
   *
   * @throws IllegalArgumentException if it exceeds the 2 GiB that the format allows
   */
  public byte[] toBytes() {
    long size = weights.stream().mapToLong(Safetensors.Entry::length).sum();
    if (size + structure.getSerializedSize() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "graph: %d bytes of parameters exceed the 2 GiB of one file; use write or save"
              .formatted(size));
    }
    return model(
            (tensor, weight) ->
                tensor.setRawData(UnsafeByteOperations.unsafeWrap(weight.source().get())))
        .toByteArray();
  }

  /**
   * Writes the graph without its parameters, which it refers to where they lie in a weights file.
   *
   * @param onnx the file to write
   * @param tensors where each parameter lies, as {@code Safetensors#write} returned it
   * @param location the weights file, relative to the folder of the graph
   * @throws IllegalArgumentException if a parameter is missing or has another type or shape there
   * @throws IllegalArgumentException one line, if the file cannot be written
   */
  public void write(Path onnx, Map<String, Safetensors.Tensor> tensors, String location) {
    weights.forEach(weight -> requireSame(weight, tensors.get(weight.name()), location));
    ModelProto model =
        model(
            (tensor, weight) -> {
              Safetensors.Tensor stored = tensors.get(weight.name());
              tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
              tensor.addExternalData(entry("location", location));
              tensor.addExternalData(entry("offset", Long.toString(stored.offset())));
              tensor.addExternalData(entry("length", Long.toString(stored.length())));
            });
    AtomicFile.write(onnx, model.toByteArray());
  }

  /**
   * Writes the graph and, beside it, its weights: {@code model.onnx} and {@code model.safetensors}.
   *
   * @throws IllegalArgumentException one line, if a file cannot be written
   */
  public void save(Path onnx) {
    String stem = onnx.getFileName().toString().replaceFirst("\\.onnx$", "");
    Path file = onnx.resolveSibling(stem + ".safetensors");
    write(onnx, Safetensors.write(file, weights, Map.of()), file.getFileName().toString());
  }

  private ModelProto model(BiConsumer<TensorProto.Builder, Safetensors.Entry> data) {
    GraphProto.Builder graph = structure.toBuilder();
    for (Safetensors.Entry weight : weights) {
      TensorProto.Builder tensor =
          TensorProto.newBuilder()
              .setName(weight.name())
              .setDataType(Types.onnx(Types.ofSafetensors(weight.type())).getNumber());
      Arrays.stream(weight.shape()).forEach(tensor::addDims);
      data.accept(tensor, weight);
      graph.addInitializer(tensor);
    }
    return model(graph.build());
  }

  /** A file with a graph of this operator set. */
  public static ModelProto model(GraphProto graph) {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("varve")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
        .setGraph(graph)
        .build();
  }

  private static void requireSame(
      Safetensors.Entry weight, Safetensors.Tensor stored, String location) {
    String wanted = weight.type() + Arrays.toString(weight.shape());
    String found = stored == null ? "nothing" : stored.type() + Arrays.toString(stored.shape());
    if (!found.equals(wanted)) {
      throw new IllegalArgumentException(
          "%s: holds %s as '%s', expected %s; write the weights of this graph into the file first"
              .formatted(location, found, weight.name(), wanted));
    }
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
