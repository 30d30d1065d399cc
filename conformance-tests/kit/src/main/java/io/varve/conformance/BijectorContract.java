package io.varve.conformance;

/** The rules B1 and on, for bijectors. */
final class BijectorContract extends ComponentContract {
  BijectorContract(Subject subject) {
    super(subject);
  }
}
