package io.varve.conformance.rule;

import java.util.function.DoublePredicate;
import java.util.function.IntFunction;

/** How a check fails: by an {@link AssertionError} of one line. */
public final class Claim {
  private Claim() {}

  /** Fails with one line unless the claim holds. */
  public static void require(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  /** Fails with a message about the first number for which a claim does not hold. */
  public static void requireAll(
      double[] numbers, DoublePredicate claim, IntFunction<String> message) {
    for (int i = 0; i < numbers.length; i++) {
      if (!claim.test(numbers[i])) {
        throw new AssertionError(message.apply(i));
      }
    }
  }
}
