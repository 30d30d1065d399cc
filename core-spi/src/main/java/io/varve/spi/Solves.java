package io.varve.spi;

import ai.djl.ndarray.NDArray;

/**
 * Decides how {@link Pass#fixedPoint} goes about it and is told how well it went. The parameters of
 * a pass implement it where somebody wants to know.
 */
public interface Solves {
  /** Whether every round is done, converged or not. */
  boolean exact();

  /**
   * Hears of one solution.
   *
   * @param residual by how much a further round changes the solution, relative to 1 + |value|, the
   *     largest of each row, [B]
   * @param rounds how often the rows were computed, the round that gives the residual included, [B]
   */
  void solved(NDArray residual, NDArray rounds);
}
