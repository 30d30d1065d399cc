package io.varve.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;

/**
 * Takes starting values that depend on data (Salimans &amp; Kingma, 2016, section 3). The
 * parameters of one pass over the first batch, in evaluation mode before the first step of
 * training, implement it; no other pass's do, and a resumed run makes no such pass.
 *
 * <p>A block that starts from data tests for it where it reads its parameters, sets them, and goes
 * on with the new values, so that blocks after it see what they will be given in training.
 */
public interface Starts {
  /**
   * Sets a parameter. The first value counts; a block that runs more than once in the pass keeps
   * it.
   *
   * @param value of the parameter's shape
   */
  void start(Parameter parameter, NDArray value);
}
