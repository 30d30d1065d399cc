package io.varve.conformance;

/** The rules N1 and on, for networks. */
final class NetworkContract extends ComponentContract {
  NetworkContract(Subject subject) {
    super(subject);
  }
}
