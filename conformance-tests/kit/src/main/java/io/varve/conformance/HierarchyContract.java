package io.varve.conformance;

/** The rules H1 and on, for hierarchies. */
final class HierarchyContract extends ComponentContract {
  HierarchyContract(Subject subject) {
    super(subject);
  }
}
