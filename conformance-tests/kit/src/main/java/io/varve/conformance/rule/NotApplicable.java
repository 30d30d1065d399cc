package io.varve.conformance.rule;

/** A rule says nothing about this component; the message says why. */
public final class NotApplicable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** For one line that says why. */
  public NotApplicable(String why) {
    super(why);
  }
}
