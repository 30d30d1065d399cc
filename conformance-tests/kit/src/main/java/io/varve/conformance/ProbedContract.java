package io.varve.conformance;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/** Whatever computes with arrays, and the functions that it is tried on. */
abstract class ProbedContract extends ComponentContract {
  /** Owns every array of a check. */
  final NDManager manager = Trials.manager();

  ProbedContract(Subject subject) {
    super(subject);
  }

  /**
   * The functions to try: each method of the component, for each shape that is worth it. Called
   * once for each check.
   *
   * @throws NotApplicable if there is none
   */
  abstract List<Probe> probes();

  /**
   * Functions of the names that {@link #probes} gives them, on larger events: what X10 compares.
   * Those that are not accepted there are left out.
   */
  List<Probe> larger() {
    return List.of();
  }

  /** Every probe with its parameters initialised. */
  final List<Trial> trials() {
    List<Trial> trials = new ArrayList<>();
    probes().forEach(probe -> trials.add(new Trial(probe, manager)));
    return trials;
  }

  @Override
  public void close() {
    manager.close();
  }
}
