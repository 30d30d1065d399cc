package io.varve.bijectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;

/** A bijection of vectors [D] as one of events of D values, taken row by row. */
record Flat(Shape event, Bijection inner) implements Bijection {
  /** The bijection itself where events are vectors. */
  static Bijection of(Shape event, Bijection inner) {
    return event.dimension() == 1 ? inner : new Flat(event, inner);
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    return shaped(inner.forward(pass, flat(x), context));
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    return shaped(inner.inverse(pass, flat(y), context));
  }

  private NDArray flat(NDArray x) {
    return x.reshape(-1, event.size());
  }

  private Mapped shaped(Mapped mapped) {
    return new Mapped(mapped.value().reshape(new Shape(-1).addAll(event)), mapped.logDet());
  }

  @Override
  public List<Parameter> parameters() {
    return inner.parameters();
  }
}
