package io.varve.model.guard;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.LayoutType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import java.util.List;
import java.util.Locale;

/**
 * Finds out whether the engine computes wrongly on the processor at hand, by computing the same in
 * double precision, which goes another way.
 *
 * <p>On AMD processors whose caches a virtual machine hides, the convolutions and the LSTM of
 * oneDNN in libtorch 2.5 and 2.7 are wrong beyond SSE4.1: values, gradients or both.
 */
public final class EngineFaults {
  private static final double TOLERANCE = 1e-3;

  private EngineFaults() {}

  /** Tried once in a process. */
  private static final class Tried {
    static final List<String> FAULTS = find();
  }

  /**
   * Refuses a processor that the engine computes wrongly on.
   *
   * @param device only the CPU is tried
   * @throws IllegalArgumentException one line that names the operation and the remedy
   */
  public static void requireNone(Device device) {
    if (device.isGpu() || Tried.FAULTS.isEmpty()) {
      return;
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "the engine computes %s wrongly on this processor; set ONEDNN_MAX_CPU_ISA=SSE41 in the environment before Java starts",
            String.join(" and ", Tried.FAULTS)));
  }

  private static List<String> find() {
    List<Convolution> convolutions =
        List.of(
            new Convolution(2, 3, 7, 3, false),
            new Convolution(2, 100, 2, 3, false),
            new Convolution(2, 8, 100, 1, true),
            new Convolution(2, 24, 20, 3, true));
    double convolution = convolutions.stream().mapToDouble(Convolution::error).max().orElseThrow();
    double lstm = Math.max(lstmError(4), lstmError(16));
    // The comparison also fails for NaN.
    boolean convolves = convolution < TOLERANCE;
    boolean recurs = lstm < TOLERANCE;
    return convolves
        ? recurs ? List.of() : List.of("an LSTM")
        : recurs ? List.of("convolutions") : List.of("convolutions", "an LSTM");
  }

  /** A convolution of [batch, from, 4, 4] to [batch, to, 4, 4]. */
  record Convolution(int batch, int from, int to, int side, boolean channelsLast) {
    /** Of its values and gradients, relative to the largest; NaN where one is NaN. */
    double error() {
      try (NDManager manager = NDManager.newBaseManager(Device.cpu());
          NDScope arrays = new NDScope()) {
        arrays.suppressNotUsedWarning();
        NDList single = results(manager, DataType.FLOAT32);
        NDList twice = results(manager, DataType.FLOAT64);
        double worst = 0;
        for (int i = 0; i < single.size(); i++) {
          worst = Math.max(worst, distance(single.get(i), twice.get(i)));
        }
        return worst;
      }
    }

    private NDList results(NDManager manager, DataType type) {
      NDArray x = wave(manager, new Shape(batch, from, 4, 4), type);
      if (channelsLast) {
        x = wave(manager, new Shape(batch, 4, 4, from), type).transpose(0, 3, 1, 2);
      }
      NDArray kernel = wave(manager, new Shape(to, from, side, side), type);
      NDArray weights = wave(manager, new Shape(batch, to, 4, 4), type);
      x.setRequiresGradient(true);
      kernel.setRequiresGradient(true);
      Shape one = new Shape(1, 1);
      Shape padding = new Shape(side / 2, side / 2);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray y =
            type == DataType.FLOAT32
                ? Conv2d.conv2d(x, kernel, null, one, padding, one, 1).singletonOrThrow()
                : inSpace(x, kernel);
        collector.backward(y.mul(weights).sum());
        return new NDList(y.stopGradient(), x.getGradient(), kernel.getGradient());
      }
    }
  }

  /** The same as a convolution of three axes; that of two would have NNPACK say what it lacks. */
  private static NDArray inSpace(NDArray x, NDArray kernel) {
    long side = kernel.getShape().get(3);
    Shape one = new Shape(1, 1, 1);
    Shape padding = new Shape(0, side / 2, side / 2);
    NDArray deep = x.expandDims(2);
    return Conv3d.conv3d(deep, kernel.expandDims(2), null, one, padding, one, 1)
        .singletonOrThrow()
        .squeeze(2);
  }

  /** How far an LSTM of so many states is from its equations, relative to the largest value. */
  static double lstmError(int states) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu());
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      LSTM lstm = LSTM.builder().setStateSize(states).setNumLayers(1).build();
      Initializer wave = (m, shape, type) -> wave(m, shape, type);
      lstm.setInitializer(wave, parameter -> true);
      LayoutType[] axes = {LayoutType.BATCH, LayoutType.TIME, LayoutType.CHANNEL};
      lstm.initialize(manager, DataType.FLOAT32, new Shape(new long[] {2, 7, 3}, axes));
      NDArray x = wave(manager, new Shape(2, 7, 3), DataType.FLOAT32);
      NDArray y = lstm.forward(new ParameterStore(manager, false), new NDList(x), false).head();
      return distance(y, byEquations(lstm, x, states));
    }
  }

  /** Hochreiter and Schmidhuber (1997) with forget gates, as PyTorch documents its LSTM. */
  private static NDArray byEquations(LSTM lstm, NDArray x, int states) {
    NDList weights = new NDList();
    for (Parameter parameter : lstm.getParameters().values()) {
      weights.add(twice(parameter.getArray()));
    }
    NDArray inputs = twice(x);
    NDArray bias = weights.get(2).add(weights.get(3));
    NDArray hidden = x.getManager().zeros(new Shape(2, states), DataType.FLOAT64);
    NDArray cell = hidden;
    NDList outputs = new NDList();
    for (int t = 0; t < x.getShape().get(1); t++) {
      NDArray seen = inputs.get(":," + t).matMul(weights.get(0).transpose());
      NDArray kept = hidden.matMul(weights.get(1).transpose());
      NDList gates = seen.add(kept).add(bias).split(4, 1);
      NDArray input = Activation.sigmoid(gates.get(0)).mul(gates.get(2).tanh());
      cell = Activation.sigmoid(gates.get(1)).mul(cell).add(input);
      hidden = Activation.sigmoid(gates.get(3)).mul(cell.tanh());
      outputs.add(hidden);
    }
    return NDArrays.stack(outputs, 1);
  }

  /** Numbers between -1 and 1 without a pattern. */
  private static NDArray wave(NDManager manager, Shape shape, DataType type) {
    NDArray index = manager.arange((float) shape.size()).toType(DataType.FLOAT64, false);
    NDArray squares = index.mul(index).mul(manager.create(0.7)).sin();
    return squares.toType(DataType.FLOAT32, false).toType(type, false).reshape(shape);
  }

  private static NDArray twice(NDArray single) {
    return single.toType(DataType.FLOAT64, false);
  }

  private static double distance(NDArray single, NDArray twice) {
    NDArray error = twice(single).sub(twice).abs().max();
    return error.getDouble() / twice.abs().max().getDouble();
  }
}
