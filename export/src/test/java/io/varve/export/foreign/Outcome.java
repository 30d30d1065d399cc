package io.varve.export.foreign;

/** What became of a foreign model. */
sealed interface Outcome {
  /**
   * It was exported and agrees.
   *
   * @param parameters how many numbers its parameters hold
   * @param nodes how many nodes the graph has
   * @param error see {@link Comparison#error}
   */
  record Passed(long parameters, int nodes, double error) implements Outcome {}

  /**
   * It was not.
   *
   * @param reason the message of the exporter, the gate or DJL
   */
  record Refused(String reason) implements Outcome {}
}
