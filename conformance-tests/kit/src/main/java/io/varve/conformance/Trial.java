package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A probe whose parameters have values, ready to run on rows of choice. */
final class Trial {
  /** Of inputs and noise; rows and inputs have numbers of their own. */
  private static final long SEED = 5;

  /** Batch norms want more than one row while training. */
  private static final int FIRST_BATCH = 4;

  private final Probe probe;
  private final NDManager owner;

  /**
   * Initialises what is not initialised yet, by one pass in training.
   *
   * @param owner owns the parameters
   */
  Trial(Probe probe, NDManager owner) {
    this.probe = probe;
    this.owner = owner;
    try (NDManager scope = owner.newSubManager()) {
      int[] rows = Trials.rows(FIRST_BATCH);
      Noise noise = Trials.noise(scope, DataType.FLOAT32, SEED, rows);
      Pass pass = new Pass(scope, TrialParameters.initial(owner, scope), true, noise);
      probe.body().of(pass, inputs(scope, DataType.FLOAT32, rows));
    }
  }

  /** One result, on the host. */
  static final class Result {
    private final DataType type;
    private final Shape shape;
    private final double[] values;

    private Result(NDArray array) {
      type = array.getDataType();
      shape = array.getShape();
      values = Trials.doubles(array);
    }

    static Result of(NDArray array) {
      return new Result(array);
    }

    DataType type() {
      return type;
    }

    Shape shape() {
      return shape;
    }

    /** Its elements as doubles, row by row. */
    double[] values() {
      return values.clone();
    }

    /** The elements of one row. */
    double[] row(int i) {
      int size = Math.toIntExact(shape.slice(1).size());
      return Arrays.copyOfRange(values, i * size, (i + 1) * size);
    }
  }

  Probe probe() {
    return probe;
  }

  /** Parameters of this type, away from where they start. */
  TrialParameters parameters(DataType type) {
    return new TrialParameters(owner, type, TrialParameters.JITTER);
  }

  /** The listed parameters that have a shape and a value. */
  List<Parameter> initialised() {
    return probe.parameters().stream().filter(Parameter::isInitialized).toList();
  }

  /** The probe's inputs for these rows. */
  NDList inputs(NDManager manager, DataType type, int... rows) {
    NDList inputs = new NDList();
    for (Probe.Input input : probe.inputs()) {
      inputs.add(Trials.input(manager, type, input, SEED + inputs.size(), rows));
    }
    return inputs;
  }

  /** An evaluation pass over these rows. */
  static Pass pass(NDManager scope, ParameterStore store, DataType type, int... rows) {
    return new Pass(scope, store, false, Trials.noise(scope, type, SEED, rows));
  }

  /** The results of an evaluation pass in a scope, which owns them. */
  NDList run(NDManager scope, TrialParameters parameters, DataType type, int... rows) {
    Pass pass = pass(scope, parameters.in(scope), type, rows);
    return probe.body().of(pass, inputs(scope, type, rows));
  }

  /** The results of an evaluation pass of which nothing is left. */
  List<Result> run(TrialParameters parameters, DataType type, int... rows) {
    try (NDManager scope = owner.newSubManager()) {
      List<Result> results = new ArrayList<>();
      run(scope, parameters, type, rows).forEach(array -> results.add(Result.of(array)));
      return results;
    }
  }

  /** Where a number stands, for messages. */
  String place(int result, int row, int element) {
    return "%s: result %d, row %d, element %d".formatted(probe.name(), result, row, element);
  }
}
