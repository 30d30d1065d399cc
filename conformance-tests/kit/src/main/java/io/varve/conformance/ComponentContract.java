package io.varve.conformance;

/** The rules about one component. */
abstract class ComponentContract extends Contract {
  final Subject subject;

  ComponentContract(Subject subject) {
    this.subject = subject;
  }
}
