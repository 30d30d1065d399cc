package io.varve.export.onnx.check;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.graph.Types;
import io.varve.export.onnx.record.EagerLoop;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Runs traced code as it is, keeping copies of what it was given. */
public record EagerTrace(
    long batch,
    NDManager manager,
    ParameterStore parameters,
    List<Safetensors.Entry> inputs,
    List<Safetensors.Entry> scales)
    implements Trace {

  /** A run that has been given nothing yet. */
  public EagerTrace(long batch, NDManager manager, ParameterStore parameters) {
    this(batch, manager, parameters, new ArrayList<>(), new ArrayList<>());
  }

  /** The inputs and outputs of one run. */
  public static ParityGate.Vectors run(
      Traced code, ParameterStore parameters, long batch, NDManager manager) {
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      EagerTrace trace = new EagerTrace(batch, scope, parameters);
      List<Safetensors.Entry> outputs = new ArrayList<>();
      code.run(trace).forEach((name, array) -> outputs.add(entry(name, array)));
      return new ParityGate.Vectors(batch, trace.inputs, outputs, trace.scales);
    }
  }

  @Override
  public NDManager samples() {
    return manager;
  }

  /** The sample itself. It is copied at once, because the code may change it in place. */
  @Override
  public NDArray input(String name, NDArray sample) {
    inputs.add(entry(name, sample));
    return sample;
  }

  @Override
  public void terms(String output, NDList terms) {
    NDArray largest = terms.stream().map(NDArray::abs).reduce(NDArrays::maximum).orElseThrow();
    scales.add(entry(output, largest));
  }

  @Override
  public NDList repeat(
      long most,
      NDList state,
      Optional<Function<NDList, NDArray>> again,
      UnaryOperator<NDList> body) {
    return EagerLoop.run(most, state, again, body);
  }

  private static Safetensors.Entry entry(String name, NDArray array) {
    ByteBuffer data = array.toByteBuffer();
    ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
    return new Safetensors.Entry(
        name, Types.safetensors(array.getDataType()), array.getShape().getShape(), copy);
  }
}
