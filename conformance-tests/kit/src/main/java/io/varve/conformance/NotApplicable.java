package io.varve.conformance;

/** A rule says nothing about this component; the message says why. */
final class NotApplicable extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotApplicable(String why) {
    super(why);
  }
}
