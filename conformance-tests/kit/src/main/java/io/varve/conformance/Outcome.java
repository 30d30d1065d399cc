package io.varve.conformance;

/**
 * What became of one check.
 *
 * @param check what was tried
 * @param status how it ended
 * @param message one line: the breach, or why the rule does not apply; empty if it holds
 * @param millis how long it took
 */
public record Outcome(Check.Id check, Status status, String message, long millis) {
  /** How a message begins if the check has ended its process. */
  static final String ENDED = "the check ";

  /** How a check ended. */
  public enum Status {
    /** The rule holds. */
    PASSED,
    /** The rule is broken. */
    FAILED,
    /** A rule that SHOULD hold is broken. */
    WARNED,
    /** The rule says nothing about this component. */
    NOT_APPLICABLE
  }

  /** Whether the plug-in keeps what it must. */
  public boolean ok() {
    return status != Status.FAILED;
  }
}
