package io.varve.conformance;

import java.util.List;

/** The rules X1 and on, for whatever computes with arrays; each is tried on every probe. */
abstract class ArrayContract extends ComponentContract {
  ArrayContract(Subject subject) {
    super(subject);
  }

  /**
   * The functions to try: each method of the component, for each shape that is worth it. Called
   * once for each check.
   *
   * @throws NotApplicable if there is none
   */
  abstract List<Probe> probes();

  /** Trains, scores, generates from and exports a small model with the component in it. */
  @Rule
  public void x13_worksInAModel() {
    Placed.run(subject);
  }
}
