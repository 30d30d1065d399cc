package io.varve.export.onnx.check;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.inference.file.Safetensors;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a graph in ONNX Runtime on the inputs of the code and compares the outputs. */
record GraphRun(OrtSession session, Path onnx, ParityGate.Vectors expected) {
  List<ParityGate.Result> compare() {
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try {
      for (Safetensors.Entry input : expected.inputs()) {
        if (session.getInputNames().contains(input.name())) {
          feed.put(input.name(), OrtTensors.of(input));
        }
      }
      List<ParityGate.Result> results = new ArrayList<>();
      try (OrtSession.Result run = session.run(feed)) {
        for (Safetensors.Entry output : expected.outputs()) {
          results.add(compare(output, (OnnxTensor) run.get(output.name()).orElseThrow()));
        }
      }
      return results;
    } catch (OrtException e) {
      throw refused(onnx, "cannot be run by ONNX Runtime at batch " + expected.batch(), e);
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private ParityGate.Result compare(Safetensors.Entry output, OnnxTensor found) {
    OnnxJavaType type = OrtTensors.type(output);
    long[] shape = found.getInfo().getShape();
    require(found.getInfo().type == type, output, "is of type " + found.getInfo().type, type);
    require(
        Arrays.equals(shape, output.shape()),
        output,
        "has shape " + Arrays.toString(shape),
        Arrays.toString(output.shape()));
    double[] computed = OrtTensors.numbers(output.type(), found.getByteBuffer());
    double[] wanted = OrtTensors.numbers(output);
    double scale = expected.scale(output.name());
    return new ParityGate.Result(
        expected.batch(),
        output.name(),
        Distances.largest(computed, wanted, scale),
        Distances.mean(computed, wanted, scale));
  }

  private void require(boolean holds, Safetensors.Entry output, String found, Object wanted) {
    if (!holds) {
      throw new IllegalArgumentException(
          ("%s: output '%s' %s at batch %d, expected %s; the traced code depends on the batch"
                  + " unseen, as in if (batch > 16)")
              .formatted(onnx, output.name(), found, expected.batch(), wanted));
    }
  }

  static IllegalArgumentException refused(Path onnx, String problem, OrtException e) {
    return new IllegalArgumentException(
        "%s: %s: %s; if it is about shapes, the traced code depends on the batch unseen"
            .formatted(onnx, problem, OnnxRuntime.reason(e)),
        e);
  }
}
