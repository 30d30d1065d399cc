package io.varve.inference.file;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph of an ONNX file, as it is written there.
 *
 * @param name its name
 * @param nodes in the order of the file
 * @param initializers its constants and parameters
 * @param inputs its inputs
 * @param outputs its outputs
 */
public record OnnxGraph(
    String name,
    List<Node> nodes,
    List<Tensor> initializers,
    List<Value> inputs,
    List<Value> outputs) {
  /** Freezes the lists. */
  public OnnxGraph {
    nodes = List.copyOf(nodes);
    initializers = List.copyOf(initializers);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * A node.
   *
   * @param operator outside of {@code ai.onnx} with its domain in front, and a dot
   * @param inputs names; an empty one is left out
   * @param outputs names; an empty one is not asked for
   * @param attributes by name
   */
  public record Node(
      String operator,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {
    /** Freezes the lists. */
    public Node {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
      attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }
  }

  /**
   * An attribute of a node: one value, of the kind that {@code type} says.
   *
   * @param type the number of {@code AttributeProto.AttributeType}
   * @param value a Long, Float, String, {@link OnnxGraph}, or a list of Longs or Strings; empty for
   *     what no bundle has
   */
  public record Attribute(int type, Optional<Object> value) {}

  /**
   * A tensor.
   *
   * @param name its name
   * @param type the number of {@code TensorProto.DataType}
   * @param dims its shape
   * @param data its elements, little-endian, if they are in the file and written as bytes
   * @param external where its elements are, if in another file
   */
  public record Tensor(
      String name,
      int type,
      List<Long> dims,
      Optional<ByteBuffer> data,
      Optional<External> external) {
    /** Freezes the list. */
    public Tensor {
      dims = List.copyOf(dims);
    }
  }

  /** The data of a tensor in another file; a length of -1 means the rest of that file. */
  public record External(String tensor, String location, long offset, long length) {}

  /**
   * An input or output.
   *
   * @param name its name
   * @param type the number of {@code TensorProto.DataType}, 0 where it is no tensor
   * @param dims its shape, if it is given; a size that is not fixed is -1
   */
  public record Value(String name, int type, Optional<List<Long>> dims) {}
}
