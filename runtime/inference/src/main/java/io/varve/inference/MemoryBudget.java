package io.varve.inference;

/**
 * A limit on memory that several bundles share: their weights, and the buffers that requests are
 * read from and written to. What ONNX Runtime itself takes while it computes is not counted; it
 * grows with the rows at once, see {@link InferenceOptions#chunk}. Nor are the results: those of
 * all rows lie in Java's heap and are the caller's. {@link Bundle#stream} hands out those of many
 * rows a chunk at a time.
 *
 * <p>A bundle whose weights do not fit is refused when it is opened, and a request whose buffers do
 * not fit when it is made, with an {@link IllegalStateException} of one line.
 */
public final class MemoryBudget {
  private final long bytes;
  private long used;

  /**
   * A budget of so many bytes.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public MemoryBudget(long bytes) {
    Inputs.require(bytes > 0, "memory: " + bytes + " bytes, expected more than 0");
    this.bytes = bytes;
  }

  /** A budget that nothing exceeds. */
  public static MemoryBudget unlimited() {
    return new MemoryBudget(Long.MAX_VALUE);
  }

  /** How many bytes it has. */
  public long bytes() {
    return bytes;
  }

  /** How many bytes are taken. */
  public synchronized long used() {
    return used;
  }

  /** Takes memory, if there is so much left. */
  synchronized boolean take(long more) {
    if (more > bytes - used) {
      return false;
    }
    used += more;
    return true;
  }

  synchronized void giveBack(long less) {
    used -= less;
  }

  IllegalStateException exceeded(String what, long more) {
    return new IllegalStateException(
        "%s: needs %d bytes, and %d of the %d that the bundles may take together are in use; close a bundle, or ask for fewer rows at once"
            .formatted(what, more, used(), bytes));
  }
}
