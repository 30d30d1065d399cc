package io.varve.model.guard;

/** A refusal whose line is complete: whoever passes it on adds nothing. */
public final class Fault extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /**
   * A fault.
   *
   * @param line where, what, what to do
   * @param cause may be null
   */
  public Fault(String line, Throwable cause) {
    super(line, cause);
  }
}
