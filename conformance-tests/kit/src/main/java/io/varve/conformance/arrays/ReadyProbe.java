package io.varve.conformance.arrays;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.util.List;

/** A probe whose parameters have values, ready to run on rows of choice. */
public final class ReadyProbe {
  /** The seed of inputs and noise; each row and each input has its own numbers. */
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
  public ReadyProbe(Probe probe, NDManager owner) {
    this.probe = probe;
    this.owner = owner;
    try (NDManager scope = owner.newSubManager()) {
      int[] rows = SeededRows.rows(FIRST_BATCH);
      Noise noise = SeededRows.noise(scope, DataType.FLOAT32, SEED, rows);
      Pass pass = new Pass(scope, ProbeParameters.initial(owner, scope), true, noise);
      probe.body().of(pass, inputs(scope, DataType.FLOAT32, rows));
    }
  }

  Probe probe() {
    return probe;
  }

  /** Parameters of this type, away from where they start. */
  public ProbeParameters parameters(DataType type) {
    return new ProbeParameters(owner, type, ProbeParameters.JITTER);
  }

  /** The listed parameters that have a shape and a value. */
  List<Parameter> initialised() {
    return probe.parameters().stream().filter(Parameter::isInitialized).toList();
  }

  /** The probe's inputs for these rows. */
  public NDList inputs(NDManager manager, DataType type, int... rows) {
    NDList inputs = new NDList();
    for (Probe.Input input : probe.inputs()) {
      inputs.add(SeededRows.input(manager, type, input, SEED + inputs.size(), rows));
    }
    return inputs;
  }

  /** An evaluation pass over these rows. */
  public static Pass pass(NDManager scope, ParameterStore store, DataType type, int... rows) {
    return new Pass(scope, store, false, SeededRows.noise(scope, type, SEED, rows));
  }

  /** The results of an evaluation pass in a scope, which owns them. */
  NDList run(NDManager scope, ProbeParameters parameters, DataType type, int... rows) {
    Pass pass = pass(scope, parameters.in(scope), type, rows);
    return probe.body().of(pass, inputs(scope, type, rows));
  }

  /** The results of an evaluation pass of which nothing is left. */
  public List<HostArray> run(ProbeParameters parameters, DataType type, int... rows) {
    try (NDManager scope = owner.newSubManager()) {
      return HostArray.of(run(scope, parameters, type, rows));
    }
  }

  /** Where a number stands, for messages. */
  String place(int result, int row, int element) {
    return "%s: result %d, row %d, element %d".formatted(probe.name(), result, row, element);
  }
}
