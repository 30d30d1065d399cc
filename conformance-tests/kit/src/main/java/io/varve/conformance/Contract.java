package io.varve.conformance;

/**
 * The rules about one kind of thing, tried on one of them.
 *
 * <p>A check is a method without arguments that is annotated {@link Rule}. It returns if the rule
 * holds, throws an {@link AssertionError} of one line (what was found beside what was expected, and
 * where) if it does not, and {@link NotApplicable} if the rule says nothing here. Whatever else it
 * throws is the component's doing and a breach as well. Every check runs on a contract of its own,
 * which is closed afterwards.
 */
abstract class Contract implements AutoCloseable {
  /** Fails with one line unless the claim holds. */
  static void require(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  @Override
  public void close() {}
}
