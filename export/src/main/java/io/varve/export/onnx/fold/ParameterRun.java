package io.varve.export.onnx.fold;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.varve.export.onnx.check.OrtTensors;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.Types;
import io.varve.inference.file.Safetensors;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Computes expressions of parameters in ONNX Runtime. */
final class ParameterRun {
  private ParameterRun() {}

  /**
   * The type and shape of each result by the name it has in the graph, without computing it; none
   * where it cannot be told.
   */
  static Map<String, TensorInfo> describe(Map<String, ParameterExpression> expressions) {
    Map<String, TensorInfo> found = new LinkedHashMap<>();
    try (OrtSession session = open(expressions)) {
      for (NodeInfo output : session.getOutputInfo().values()) {
        if (output.getInfo() instanceof TensorInfo info
            && Arrays.stream(info.getShape()).allMatch(size -> size > 0)) {
          found.put(output.getName(), info);
        }
      }
      return found;
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /** The elements of a result, little-endian. */
  static ByteBuffer compute(String name, ParameterExpression expression) {
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try (OrtSession session = open(Map.of(name, expression))) {
      for (Safetensors.Entry weight : expression.weights().values()) {
        feed.put(weight.name(), OrtTensors.of(weight));
      }
      try (OrtSession.Result result = session.run(feed)) {
        // A copy of the elements: the tensor goes with the result.
        return ((OnnxTensor) result.get(0)).getByteBuffer().order(ByteOrder.nativeOrder());
      }
    } catch (OrtException e) {
      throw failed(e);
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private static OrtSession open(Map<String, ParameterExpression> expressions) throws OrtException {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("parameters");
    Map<String, Safetensors.Entry> weights = new LinkedHashMap<>();
    Map<String, TensorProto> constants = new LinkedHashMap<>();
    for (ParameterExpression expression : expressions.values()) {
      weights.putAll(expression.weights());
      constants.putAll(expression.constants());
    }
    weights.values().forEach(weight -> graph.addInput(input(weight)));
    graph.addAllInitializer(constants.values());
    expressions.values().stream()
        .map(ParameterExpression::nodes)
        .flatMap(Collection::stream)
        .distinct()
        .forEach(graph::addNode);
    expressions
        .keySet()
        .forEach(name -> graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
    OrtEnvironment environment = OnnxRuntime.environment(); // before any other class of it
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      return environment.createSession(OnnxGraph.model(graph.build()).toByteArray(), options);
    }
  }

  private static ValueInfoProto input(Safetensors.Entry weight) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    Arrays.stream(weight.shape()).forEach(size -> shape.addDimBuilder().setDimValue(size));
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder()
            .setElemType(Types.onnx(Types.ofSafetensors(weight.type())).getNumber())
            .setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(weight.name())
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }

  private static IllegalStateException failed(OrtException e) {
    return new IllegalStateException("parameters: " + OnnxRuntime.reason(e), e);
  }
}
