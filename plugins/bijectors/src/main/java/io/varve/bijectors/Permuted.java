package io.varve.bijectors;

import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;

/** Vectors [B, D] with their values in another order. */
final class Permuted implements Bijection {
  private final long[] from;
  private final long[] back;

  /**
   * A permutation of values.
   *
   * @param places where each value goes, 1 to D
   */
  Permuted(int... places) {
    from = new long[places.length];
    back = new long[places.length];
    for (int i = 0; i < places.length; i++) {
      back[i] = places[i] - 1L;
      from[places[i] - 1] = i;
    }
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    return taken(pass, x, from);
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    return taken(pass, y, back);
  }

  private static Mapped taken(Pass pass, NDArray x, long... places) {
    NDArray value = x.get(":, {}", pass.manager().create(places));
    return new Mapped(value, sumEvent(x.zerosLike()));
  }
}
