package io.varve.conformance;

/** The rules L1 and on, for likelihoods. */
final class LikelihoodContract extends ComponentContract {
  LikelihoodContract(Subject subject) {
    super(subject);
  }
}
