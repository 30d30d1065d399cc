package io.varve.bijectors;

import static io.varve.spi.Ops.clip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.varve.bijectors.Made.Terms;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The map of {@link Maf} on vectors [D]. Forward solves x = g(u; made(x)) as a fixed point: a value
 * depends on those before it alone, so the first value is right after one evaluation, the second
 * after two, and all D after D, from wherever it starts.
 */
record Autoregressive(Maf maf, int size, ValueOrder order, Made made) implements Bijection {
  /**
   * Values that are not right yet may grow out of bounds on the way. They must stay finite: later
   * values reach earlier ones through weights of zero, and zero times infinity is no number.
   */
  private static final double FINITE = 1e30;

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    NDArray sorted = order.sorting(pass).apply(y);
    Terms terms = made.at(pass, context).apply(sorted);
    NDArray base = order.restoring(pass).apply(maf.gate().toBase(sorted, terms));
    return new Mapped(base, maf.gate().logDet(terms).neg());
  }

  @Override
  public Mapped forward(Pass pass, NDArray u, NDList context) {
    Function<NDArray, Terms> network = made.at(pass, context);
    NDArray sorted = order.sorting(pass).apply(u);
    NDList solved =
        pass.fixedPoint(
            size,
            maf.tolerance(),
            sorted,
            x -> {
              Terms terms = network.apply(x);
              NDArray next = clip(maf.gate().fromBase(sorted, terms), -FINITE, FINITE);
              return new NDList(next, maf.gate().logDet(terms));
            });
    return new Mapped(order.restoring(pass).apply(solved.get(0)), solved.get(1));
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(made.parameters().stream(), order.parameters().stream()).toList();
  }
}
