package io.varve.spi;

import ai.djl.ndarray.NDList;
import java.util.List;

/**
 * Distributions indexed by unconstrained parameters. Where the parameters come from is not its
 * business.
 */
public sealed interface Family extends Component permits Prior, Likelihood {
  /**
   * The parameter arrays one event needs. All-zero parameters must be valid.
   *
   * @throws IllegalArgumentException if no member lives on such a space
   */
  List<Parameters> parameters(Space event);

  /** The member at these parameters, each [B or 1, shape]; it draws with the pass's noise. */
  Distribution of(Pass pass, Space event, NDList parameters);
}
