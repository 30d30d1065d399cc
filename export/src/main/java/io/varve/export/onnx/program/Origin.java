package io.varve.export.onnx.program;

/**
 * The line of the author's code that an operation stems from.
 *
 * @param type the name of the class
 * @param line the line, negative if unknown
 */
public record Origin(String type, int line) {
  /** The class without its package, and the line; for the names of nodes. */
  public String brief() {
    String name = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
    return line < 0 ? name : name + ":" + line;
  }

  /** An error about an operation: what is wrong, and what to write instead. */
  public IllegalArgumentException refuse(String operation, String problem, String instead) {
    return new IllegalArgumentException(this + ": " + operation + " " + problem + "; " + instead);
  }

  @Override
  public String toString() {
    return line < 0 ? type : type + ":" + line;
  }
}
