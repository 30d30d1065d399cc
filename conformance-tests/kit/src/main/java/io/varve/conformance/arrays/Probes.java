package io.varve.conformance.arrays;

import ai.djl.ndarray.NDManager;
import io.varve.conformance.rule.Fixture;
import io.varve.conformance.rule.Subject;
import java.util.ArrayList;
import java.util.List;

/** A component that computes with arrays, and the functions of it that are tried. */
public abstract class Probes implements Fixture {
  private final Subject subject;
  private final NDManager manager = SeededRows.manager();

  /** For a component as one of its examples binds it. */
  protected Probes(Subject subject) {
    this.subject = subject;
  }

  /** The component. */
  public final Subject subject() {
    return subject;
  }

  /** Owns every array of a check. */
  public final NDManager manager() {
    return manager;
  }

  /**
   * The functions to try: each method of the component, for a few shapes. Called once for each
   * check.
   *
   * @throws io.varve.conformance.rule.NotApplicable if there is none
   */
  public abstract List<Probe> probes();

  /**
   * The same functions on larger events, which X10 compares by name. Events that are refused are
   * left out.
   */
  public List<Probe> larger() {
    return List.of();
  }

  /** Every probe with its parameters initialised. */
  final List<ReadyProbe> ready() {
    List<ReadyProbe> ready = new ArrayList<>();
    probes().forEach(probe -> ready.add(new ReadyProbe(probe, manager)));
    return ready;
  }

  @Override
  public final void close() {
    manager.close();
  }
}
