package io.varve.export.bundle;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.record.Trace;
import io.varve.inference.bundle.Manifest;
import io.varve.spi.Repeats;
import io.varve.spi.Solves;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The parameters of a trace, for passes: with them, {@code Pass.repeat} is recorded as a loop, and
 * how well fixed points are solved becomes outputs.
 */
public final class TracedParameters extends ParameterStore implements Repeats, Solves {
  private final Trace trace;
  private final Stop stop;
  private final Map<String, NDArray> solved = new LinkedHashMap<>();
  private int loops;

  /** The parameters and loops of one run of traced code. */
  public TracedParameters(Trace trace) {
    this(trace, Stop.CONVERGED);
  }

  /**
   * As {@link #TracedParameters(Trace)}.
   *
   * @param stop when the iterations of fixed points end
   */
  public TracedParameters(Trace trace, Stop stop) {
    super(trace.samples(), false);
    this.trace = trace;
    this.stop = stop;
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
    return trace.repeat(count, state, within(body));
  }

  @Override
  public NDList repeat(
      long most, NDList state, Function<NDList, NDArray> again, UnaryOperator<NDList> body) {
    return trace.repeat(most, state, again, within(body));
  }

  private UnaryOperator<NDList> within(UnaryOperator<NDList> body) {
    return state -> {
      loops++;
      NDList after = body.apply(state);
      loops--;
      return after;
    };
  }

  @Override
  public Stop stop() {
    return stop;
  }

  @Override
  public void solved(NDArray residual, NDArray rounds) {
    if (loops > 0) {
      throw new IllegalArgumentException(
          "a fixed point within the body of a loop: its residual cannot leave it; solve it outside");
    }
    solved.merge(Manifest.RESIDUAL, residual, NDArrays::maximum);
    solved.merge(Manifest.PASSES, rounds, NDArray::add);
  }

  /**
   * The largest residual of each row and the rounds of all fixed points together, by the names of
   * outputs, each [B]; empty where nothing was iterated.
   */
  Map<String, NDArray> solved() {
    return solved;
  }
}
