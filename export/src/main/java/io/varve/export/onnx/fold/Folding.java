package io.varve.export.onnx.fold;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.TensorInfo;
import io.varve.export.onnx.check.OrtTensors;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.inference.file.Safetensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Stores what a graph computes from its parameters alone, such as the masked weights of a MADE, in
 * place of the parameters: few rows do not pay for computing it in each run.
 *
 * <p>A result is stored if it is not larger than the parameters it is made of, so that a bundle
 * hardly grows. What is made of constants alone is left to ONNX Runtime.
 */
public final class Folding {
  private final OnnxGraph graph;
  private final List<NodeProto> nodes;
  private final Set<String> outputs;
  private final Map<String, ParameterExpression> expressions = new LinkedHashMap<>();
  private final Map<String, Safetensors.Entry> stored = new LinkedHashMap<>();

  private Folding(OnnxGraph graph) {
    this.graph = graph;
    this.nodes = graph.structure().getNodeList();
    this.outputs =
        graph.structure().getOutputList().stream()
            .map(ValueInfoProto::getName)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The same graph with such results stored, each computed when it is written. Their names follow
   * from how they are computed, so that graphs with the same parameters share them.
   */
  public static OnnxGraph of(OnnxGraph graph) {
    return new Folding(graph).folded();
  }

  private OnnxGraph folded() {
    findExpressions();
    Map<String, TensorInfo> computed = describe();
    if (computed.isEmpty()) {
      return graph;
    }
    Set<String> read = new HashSet<>(outputs);
    List<NodeProto> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      NodeProto node = nodes.get(i);
      List<String> wanted = node.getOutputList().stream().filter(read::contains).toList();
      if (computed.keySet().containsAll(wanted)) {
        wanted.forEach(name -> stored.put(name, entry(name, computed.get(name))));
      } else {
        addReads(node, read);
        kept.add(node);
      }
    }
    Collections.reverse(kept);
    return stored.isEmpty() ? graph : rebuilt(kept, read);
  }

  private void findExpressions() {
    for (Safetensors.Entry weight : graph.weights()) {
      expressions.put(weight.name(), ParameterExpression.of(weight));
    }
    for (TensorProto constant : graph.structure().getInitializerList()) {
      expressions.put(constant.getName(), ParameterExpression.of(constant));
    }
    for (NodeProto node : nodes) {
      boolean plain = node.getAttributeList().stream().noneMatch(AttributeProto::hasG);
      boolean fixed =
          node.getInputList().stream()
              .allMatch(name -> name.isEmpty() || expressions.containsKey(name));
      if (plain && fixed && node.getInputCount() > 0) {
        List<Optional<ParameterExpression>> operands =
            node.getInputList().stream()
                .map(name -> Optional.ofNullable(expressions.get(name)))
                .toList();
        for (int i = 0; i < node.getOutputCount(); i++) {
          expressions.put(node.getOutput(i), ParameterExpression.of(node, i, operands));
        }
      }
    }
  }

  /** The results that may be stored. An output is delivered by a node, so it is none of them. */
  private Map<String, TensorInfo> describe() {
    Map<String, ParameterExpression> computed = new LinkedHashMap<>(expressions);
    computed.keySet().removeAll(outputs);
    computed.values().removeIf(expression -> !expression.computed());
    if (computed.isEmpty()) {
      return Map.of();
    }
    Map<String, TensorInfo> described = ParameterRun.describe(computed);
    described.entrySet().removeIf(e -> bytes(e.getValue()) > expressions.get(e.getKey()).size());
    return described;
  }

  private static long bytes(TensorInfo info) {
    return info.getNumElements() * info.type.size;
  }

  private Safetensors.Entry entry(String name, TensorInfo info) {
    ParameterExpression expression = expressions.get(name);
    return new Safetensors.Entry(
        expression.storedName(),
        OrtTensors.safetensors(info.type),
        info.getShape(),
        () -> ParameterRun.compute(name, expression));
  }

  private static void addReads(NodeProto node, Set<String> read) {
    read.addAll(node.getInputList());
    node.getAttributeList().stream()
        .flatMap(attribute -> attribute.getG().getNodeList().stream())
        .forEach(inner -> addReads(inner, read));
  }

  private OnnxGraph rebuilt(List<NodeProto> kept, Set<String> read) {
    GraphProto.Builder structure = graph.structure().toBuilder().clearNode().clearInitializer();
    Map<String, String> names = new HashMap<>();
    stored.forEach((name, entry) -> names.put(name, entry.name()));
    kept.forEach(node -> structure.addNode(renamed(node, names)));
    graph.structure().getInitializerList().stream()
        .filter(constant -> read.contains(constant.getName()))
        .forEach(structure::addInitializer);
    Map<String, Safetensors.Entry> weights = new LinkedHashMap<>();
    for (Safetensors.Entry weight : graph.weights()) {
      if (read.contains(weight.name())) {
        weights.put(weight.name(), weight);
      }
    }
    stored.values().forEach(entry -> weights.putIfAbsent(entry.name(), entry));
    return new OnnxGraph(
        structure.build(), graph.inputs(), graph.outputs(), List.copyOf(weights.values()));
  }

  private static NodeProto renamed(NodeProto node, Map<String, String> names) {
    NodeProto.Builder renamed = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      renamed.setInput(i, names.getOrDefault(node.getInput(i), node.getInput(i)));
    }
    for (AttributeProto.Builder attribute : renamed.getAttributeBuilderList()) {
      if (attribute.hasG()) {
        GraphProto.Builder body = attribute.getGBuilder();
        for (int i = 0; i < body.getNodeCount(); i++) {
          body.setNode(i, renamed(body.getNode(i), names));
        }
      }
    }
    return renamed.build();
  }
}
