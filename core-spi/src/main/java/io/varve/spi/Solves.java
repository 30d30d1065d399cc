package io.varve.spi;

import ai.djl.ndarray.NDArray;

/**
 * Decides how {@link Pass#fixedPoint} goes about it and is told how well it went. The parameters of
 * a pass implement it where somebody wants to know.
 */
public interface Solves {
  /** When an iteration ends, at the latest after every round. */
  enum Stop {
    /** When no value changes by more than the tolerance. */
    CONVERGED,
    /** When no value changes at all, so that more rounds would give the same to the last bit. */
    UNCHANGED,
    /** After every round, whatever the values. */
    NEVER
  }

  /** When iterations end. */
  Stop stop();

  /**
   * Hears of one solution.
   *
   * @param residual by how much a further round changes the solution, relative to 1 + |value|, the
   *     largest of each row, [B]
   * @param rounds how often the rows were computed, the round that gives the residual included, [B]
   */
  void solved(NDArray residual, NDArray rounds);
}
