package io.varve.export.bundle;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.Trace;
import io.varve.spi.Repeats;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The parameters of a trace, for passes: with them, {@code Pass.repeat} is recorded as a loop. */
public final class TracedParameters extends ParameterStore implements Repeats {
  private final Trace trace;

  /** The parameters and loops of one run of traced code. */
  public TracedParameters(Trace trace) {
    super(trace.samples(), false);
    this.trace = trace;
  }

  @Override
  public NDArray getValue(Parameter parameter, Device device, boolean training) {
    return trace.parameters().getValue(parameter, device, training);
  }

  @Override
  public NDManager getManager() {
    return trace.manager();
  }

  @Override
  public NDList repeat(long count, NDList state, UnaryOperator<NDList> body) {
    return trace.repeat(count, state, body);
  }

  @Override
  public NDList repeat(
      long most, NDList state, Function<NDList, NDArray> again, UnaryOperator<NDList> body) {
    return trace.repeat(most, state, again, body);
  }
}
