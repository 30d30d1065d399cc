package io.varve.conformance;

/** The rules P1 and on, for priors. */
final class PriorContract extends ComponentContract {
  PriorContract(Subject subject) {
    super(subject);
  }
}
