package io.varve.inference.onnxruntime;

/** A request was stopped before it had a result. The bundle can be used as before. */
public final class RequestStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why a request was stopped. */
  public enum Reason {
    /** Its thread was interrupted; the thread's interrupt flag is still set. */
    INTERRUPTED("its thread was interrupted"),
    /** It took longer than it was given. */
    TIMEOUT("its time was up; give it more, or ask for fewer rows at once"),
    /** The bundle was closed, and the time that closing waits for requests was up. */
    CLOSED("the bundle was closed");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Reason reason;

  RequestStoppedException(Reason reason, double seconds, Throwable cause) {
    super(
        "the request was stopped after %s s: %s"
            .formatted(Math.round(seconds * 100) / 100.0, reason.text),
        cause);
    this.reason = reason;
  }

  /** Why it was stopped. */
  public Reason reason() {
    return reason;
  }
}
