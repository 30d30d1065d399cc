package io.varve.conformance.rule;

/** What the rules of a kind are tried on. Every check has its own, which is closed afterwards. */
public interface Fixture extends AutoCloseable {
  @Override
  default void close() {}
}
