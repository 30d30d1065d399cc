package io.varve.conformance.rule;

import static io.varve.conformance.rule.Claim.require;

import java.util.Optional;
import java.util.function.Supplier;

/** Whether a component refuses what it is offered, and says so as it should. */
public final class Refusal {
  private Refusal() {}

  /**
   * What a call returns, or nothing if it refuses its arguments as it should: by an {@link
   * IllegalArgumentException} of one line.
   *
   * @param what is called, for messages
   * @throws AssertionError if it refuses them in another way
   */
  public static <T> Optional<T> unlessRefused(String what, Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      require(
          e.getMessage() != null && message.strip().lines().count() == 1,
          "%s is refused with the message '%s', expected one line that says what is wrong"
              .formatted(what, message.replace("\n", "\\n")));
      return Optional.empty();
    } catch (RuntimeException e) {
      throw new AssertionError(
          "%s throws %s, expected a result or an IllegalArgumentException of one line"
              .formatted(what, e),
          e);
    }
  }
}
