package io.varve.conformance;

/** The rules T1 and on, for transforms. */
final class TransformContract extends ComponentContract {
  TransformContract(Subject subject) {
    super(subject);
  }
}
