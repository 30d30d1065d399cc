package io.varve.bijectors;

import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;

/**
 * Vectors [B, D] with their values in another order.
 *
 * @param from which value of x stands at each place of y, a buffer [D]
 * @param back which value of y stands at each place of x
 */
record Permuted(Parameter from, Parameter back) implements Bijection {
  /** By a permutation of 1 to D: the place of each value. */
  static Permuted of(int... places) {
    int[] from = new int[places.length];
    int[] back = new int[places.length];
    for (int i = 0; i < places.length; i++) {
      back[i] = places[i] - 1;
      from[back[i]] = i;
    }
    return new Permuted(Buffers.of("from", from), Buffers.of("back", back));
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    return taken(x, pass.value(from));
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    return taken(y, pass.value(back));
  }

  private static Mapped taken(NDArray x, NDArray places) {
    NDArray value = x.get(":, {}", places.toType(DataType.INT64, false));
    return new Mapped(value, sumEvent(x.zerosLike()));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(from, back);
  }
}
