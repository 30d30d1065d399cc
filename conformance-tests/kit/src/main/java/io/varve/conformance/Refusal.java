package io.varve.conformance;

/** Whether a component refuses what it is offered, and says so as it should. */
final class Refusal {
  private Refusal() {}

  /**
   * Whether a call throws an {@link IllegalArgumentException} of one line.
   *
   * @param what the call, for messages
   * @throws AssertionError if it fails in another way
   */
  static boolean of(String what, Runnable call) {
    try {
      call.run();
      return false;
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      Contract.require(
          e.getMessage() != null && !message.isBlank() && message.lines().count() == 1,
          "%s is refused with the message '%s', expected one line that says what is wrong"
              .formatted(what, message.replace("\n", "\\n")));
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError(
          "%s throws %s, expected a result or an IllegalArgumentException of one line"
              .formatted(what, e.getClass().getSimpleName()),
          e);
    }
  }
}
