package io.varve.conformance;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values of parameters in a data type of choice: those they start with, moved by seeded noise so
 * that nothing stays at zero. The parameters' own arrays are never touched, so one part can be
 * tried with any number of these.
 *
 * <p>Blocks are initialised by a first pass in training, which {@link #initial} is for.
 */
final class TrialParameters {
  /** Enough to wake what starts at zero, and too little to drive anything to its limits. */
  static final double JITTER = 0.2;

  private static final int SEED = 17;

  private final NDManager owner;
  private final DataType type;
  private final double jitter;
  private final Map<Parameter, NDArray> values = new LinkedHashMap<>();

  /**
   * Values yet to be read.
   *
   * @param owner owns the values
   * @param jitter the standard deviation of what is added to trained parameters
   */
  TrialParameters(NDManager owner, DataType type, double jitter) {
    this.owner = owner;
    this.type = type;
    this.jitter = jitter;
  }

  /**
   * A store for a first pass in training, in single precision: it initialises blocks, and bare
   * parameters when they are read. Buffers change in it as they do in training.
   *
   * @param owner owns the parameters
   * @param scope owns what is computed
   */
  static ParameterStore initial(NDManager owner, NDManager scope) {
    owner.getEngine().setRandomSeed(SEED);
    return new ParameterStore(owner, false) {
      @Override
      public NDArray getValue(Parameter parameter, Device device, boolean training) {
        return parameter == null ? null : view(initialised(parameter, owner), scope);
      }
    };
  }

  /** The same numbers in a scope, so that results computed from them go with it. */
  private static NDArray view(NDArray value, NDManager scope) {
    NDArray view = value.reshape(value.getShape());
    view.attach(scope);
    return view;
  }

  private static NDArray initialised(Parameter parameter, NDManager owner) {
    if (!parameter.isInitialized()) {
      parameter.initialize(owner, DataType.FLOAT32);
    }
    return parameter.getArray();
  }

  DataType type() {
    return type;
  }

  /** The value of a parameter, read or not. */
  NDArray value(Parameter parameter) {
    return values.computeIfAbsent(parameter, this::fresh);
  }

  /** Gives a parameter another value of the same shape, which the caller owns. */
  void replace(Parameter parameter, NDArray value) {
    values.put(parameter, value);
  }

  /** What was read so far, in the order it was read first. */
  Map<Parameter, NDArray> values() {
    return Collections.unmodifiableMap(values);
  }

  private NDArray fresh(Parameter parameter) {
    NDArray start = initialised(parameter, owner);
    double[] numbers = Trials.doubles(start);
    if (parameter.requiresGradient() && jitter > 0) {
      int row = values.size();
      try (NDArray noise = Trials.normal(owner, type, start.getShape(), SEED, row)) {
        double[] moves = Trials.doubles(noise);
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] += jitter * moves[i];
        }
      }
    }
    return Trials.array(owner, type, numbers, start.getShape());
  }

  /** The values themselves, which outlive every pass. */
  ParameterStore fixed() {
    return new ParameterStore(owner, false) {
      @Override
      public NDArray getValue(Parameter parameter, Device device, boolean training) {
        return parameter == null ? null : value(parameter);
      }
    };
  }

  /**
   * What one pass reads: views of the values that live and die with its scope, as do results
   * computed from them. Gradients pass through.
   */
  ParameterStore in(NDManager scope) {
    return new ParameterStore(scope, false) {
      @Override
      public NDArray getValue(Parameter parameter, Device device, boolean training) {
        // Null is an optional parameter of a block, such as a bias.
        return parameter == null ? null : view(value(parameter), scope);
      }
    };
  }
}
