package io.varve.spi;

import static io.varve.spi.TestPass.doubles;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;

/** The parameters of a pass that keep what they hear of its last fixed point. */
public final class Watched extends ParameterStore implements Solves {
  private final NDManager manager;
  private final Stop stop;
  private double[] residual;
  private double[] rounds;

  /** Watches passes that stop so. */
  public Watched(NDManager manager, Stop stop) {
    super(manager, false);
    this.manager = manager;
    this.stop = stop;
  }

  /** A pass with these parameters and no noise. */
  public Pass pass() {
    return new Pass(manager, this, false, null);
  }

  /** The residual of each row. */
  public double[] residual() {
    return residual.clone();
  }

  /** How often the rows were computed. */
  public double[] rounds() {
    return rounds.clone();
  }

  @Override
  public Stop stop() {
    return stop;
  }

  @Override
  public void solved(NDArray left, NDArray done) {
    residual = doubles(left);
    rounds = doubles(done);
  }
}
