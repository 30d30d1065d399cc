package io.varve.inference.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.inference.file.OnnxGraph;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights in memory, which all sessions of a bundle read in place. No file is opened or mapped for
 * them, so nothing that becomes of the files can reach a session.
 */
public final class SharedWeights implements AutoCloseable {
  private final OrtEnvironment environment;
  private final Map<String, Safetensors> files;
  private final Map<List<String>, OnnxTensor> tensors = new LinkedHashMap<>();

  /** Weights by the name of their file. */
  public SharedWeights(OrtEnvironment environment, Map<String, Safetensors> files) {
    this.environment = environment;
    this.files = files;
  }

  /** How many bytes all weights have together. */
  public long bytes() {
    return files.values().stream()
        .flatMap(file -> file.tensors().values().stream())
        .mapToLong(Safetensors.Tensor::length)
        .sum();
  }

  /**
   * Opens a session.
   *
   * @param graph the bytes of an ONNX file
   * @param externals its tensors outside of it, which have the names of these
   * @param inPlace whether the session reads them where they are, as it can on the CPU alone
   */
  public OrtSession open(
      byte[] graph,
      List<OnnxGraph.External> externals,
      OrtSession.SessionOptions options,
      boolean inPlace)
      throws OrtException {
    Map<String, OnnxTensorLike> given = new LinkedHashMap<>();
    for (OnnxGraph.External external : externals) {
      given.put(external.tensor(), tensor(external));
    }
    options.addExternalInitializers(given); // in place of the file, but each session has a copy
    if (inPlace) {
      for (Map.Entry<String, OnnxTensorLike> tensor : given.entrySet()) {
        options.addInitializer(tensor.getKey(), tensor.getValue()); // in place of the copy
      }
    }
    return environment.createSession(graph, options);
  }

  private synchronized OnnxTensor tensor(OnnxGraph.External external) throws OrtException {
    List<String> key = List.of(external.location(), external.tensor());
    OnnxTensor known = tensors.get(key);
    if (known == null) {
      Safetensors file = files.get(external.location());
      Safetensors.Tensor tensor = file.tensors().get(external.tensor());
      ByteBuffer data = file.data(tensor.name());
      known = OnnxTensor.createTensor(environment, data, tensor.shape(), type(tensor));
      tensors.put(key, known);
    }
    return known;
  }

  private static OnnxJavaType type(Safetensors.Tensor tensor) {
    return switch (tensor.type()) {
      case "F32" -> OnnxJavaType.FLOAT;
      case "F64" -> OnnxJavaType.DOUBLE;
      case "I8" -> OnnxJavaType.INT8;
      case "I16" -> OnnxJavaType.INT16;
      case "I32" -> OnnxJavaType.INT32;
      case "I64" -> OnnxJavaType.INT64;
      case "U8" -> OnnxJavaType.UINT8;
      case "BOOL" -> OnnxJavaType.BOOL;
      default ->
          throw new IllegalArgumentException(
              "tensor '%s': type %s, which a graph cannot have"
                  .formatted(tensor.name(), tensor.type()));
    };
  }

  /** Frees the tensors; every session must have been closed. */
  @Override
  public synchronized void close() {
    new ArrayList<>(tensors.values()).forEach(OnnxTensor::close);
    tensors.clear();
  }
}
