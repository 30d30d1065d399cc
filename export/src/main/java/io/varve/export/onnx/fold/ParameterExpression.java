package io.varve.export.onnx.fold;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.MessageLite;
import io.varve.inference.file.Safetensors;
import io.varve.inference.file.Sha256;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a graph computes from parameters and constants alone.
 *
 * @param key the same for the same computation, in whatever graph it stands
 * @param nodes what computes it, in order; none for a parameter or a constant
 * @param weights the parameters that it reads, by name
 * @param constants the constants that it reads, by name
 */
record ParameterExpression(
    String key,
    Set<NodeProto> nodes,
    Map<String, Safetensors.Entry> weights,
    Map<String, TensorProto> constants) {
  /** Digits of the key that stand in the name of what is stored. */
  private static final int DIGITS = 12;

  static ParameterExpression of(Safetensors.Entry weight) {
    String key = "parameter " + weight.name();
    return new ParameterExpression(key, Set.of(), Map.of(weight.name(), weight), Map.of());
  }

  static ParameterExpression of(TensorProto constant) {
    String key = "constant " + hash(constant.toBuilder().clearName().build());
    return new ParameterExpression(key, Set.of(), Map.of(), Map.of(constant.getName(), constant));
  }

  /**
   * An output of a node.
   *
   * @param operands one for each input, empty where that is left out
   */
  static ParameterExpression of(
      NodeProto node, int output, List<Optional<ParameterExpression>> operands) {
    StringBuilder key = new StringBuilder(node.getDomain()).append(' ').append(node.getOpType());
    key.append(' ').append(output).append(" of ").append(node.getOutputCount());
    Set<NodeProto> nodes = new LinkedHashSet<>();
    Map<String, Safetensors.Entry> weights = new LinkedHashMap<>();
    Map<String, TensorProto> constants = new LinkedHashMap<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      key.append(' ').append(hash(attribute));
    }
    for (Optional<ParameterExpression> operand : operands) {
      key.append(' ').append(operand.map(ParameterExpression::key).orElse("-"));
      operand.ifPresent(
          read -> {
            nodes.addAll(read.nodes);
            weights.putAll(read.weights);
            constants.putAll(read.constants);
          });
    }
    nodes.add(node);
    return new ParameterExpression(Sha256.of(key.toString()), nodes, weights, constants);
  }

  private static String hash(MessageLite message) {
    return Sha256.of(message.toByteString().asReadOnlyByteBuffer());
  }

  /** Whether it is more than a parameter, and more than a constant. */
  boolean computed() {
    return !nodes.isEmpty() && !weights.isEmpty();
  }

  /** In bytes, of the parameters that it reads. */
  long size() {
    return weights.values().stream().mapToLong(Safetensors.Entry::length).sum();
  }

  /** What the result is stored as: after the largest parameter that it reads. */
  String storedName() {
    String largest = "";
    long most = -1;
    for (Safetensors.Entry weight : weights.values()) {
      if (weight.length() > most) {
        largest = weight.name();
        most = weight.length();
      }
    }
    return largest + "@" + key.substring(0, DIGITS);
  }
}
