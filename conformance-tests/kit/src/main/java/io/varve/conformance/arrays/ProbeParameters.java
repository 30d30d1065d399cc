package io.varve.conformance.arrays;

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
public final class ProbeParameters {
  /** Moves what starts at zero, and drives nothing to its limits. */
  public static final double JITTER = 0.2;

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
  public ProbeParameters(NDManager owner, DataType type, double jitter) {
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
  public static ParameterStore initial(NDManager owner, NDManager scope) {
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

  /** The type of the values. */
  public DataType type() {
    return type;
  }

  /** The value of a parameter, read or not. */
  public NDArray value(Parameter parameter) {
    return values.computeIfAbsent(parameter, this::fresh);
  }

  /** Gives a parameter another value of the same shape, which the caller owns. */
  void replace(Parameter parameter, NDArray value) {
    values.put(parameter, value);
  }

  /** What was read so far, in the order it was read first. */
  public Map<Parameter, NDArray> values() {
    return Collections.unmodifiableMap(values);
  }

  private NDArray fresh(Parameter parameter) {
    NDArray start = initialised(parameter, owner);
    double[] numbers = Numbers.of(start);
    if (parameter.requiresGradient() && jitter > 0) {
      int row = values.size();
      try (NDArray noise = SeededRows.normal(owner, type, start.getShape(), SEED, row)) {
        double[] moves = Numbers.of(noise);
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] += jitter * moves[i];
        }
      }
    }
    return Numbers.array(owner, type, numbers, start.getShape());
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
  public ParameterStore in(NDManager scope) {
    return new ParameterStore(scope, false) {
      @Override
      public NDArray getValue(Parameter parameter, Device device, boolean training) {
        // Null is an optional parameter of a block, such as a bias.
        return parameter == null ? null : view(value(parameter), scope);
      }
    };
  }
}
