package io.varve.bijectors;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.varve.bijectors.Made.Terms;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The map of {@link Maf} on vectors [D]. Forward solves x = g(u; made(x)) by x ← g(u; made(x)): a
 * value depends on those before it alone, so the first value is right after one evaluation, the
 * second after two, and all D after D, from wherever it starts.
 *
 * <p>While training, gradients go through every round, and all of them are kept.
 */
record Autoregressive(Maf maf, int size, Made made) implements Bijection {
  /**
   * Values that are not right yet may grow out of bounds on the way. They must stay finite: later
   * values reach earlier ones through weights of zero, and zero times infinity is no number.
   */
  private static final double FINITE = 1e30;

  /** Rounding of double over that of single precision. */
  private static final double FINER = 1e-9;

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    Terms terms = made.at(pass, context).apply(y);
    return new Mapped(maf.gate().toBase(y, terms), maf.gate().logDet(terms).neg());
  }

  @Override
  public Mapped forward(Pass pass, NDArray u, NDList context) {
    Function<NDArray, Terms> network = made.at(pass, context);
    NDArray nearly = nearly(pass, u, v -> next(u, network.apply(v)));
    Terms terms = network.apply(nearly);
    return new Mapped(next(u, terms), maf.gate().logDet(terms));
  }

  private NDArray next(NDArray u, Terms terms) {
    return clip(maf.gate().fromBase(u, terms), -FINITE, FINITE);
  }

  /** All but the last round: then every value but the last is right, and so are all terms. */
  private NDArray nearly(Pass pass, NDArray u, UnaryOperator<NDArray> round) {
    NDArray first = round.apply(u); // has as many rows as the context, where u has one
    long most = size - 2L;
    if (maf.solver() == Maf.Solver.EXACT) {
      NDList state = new NDList(first);
      return pass.repeat(most, state, s -> new NDList(round.apply(s.head()))).head();
    }
    double tolerance = maf.tolerance() * (u.getDataType() == DataType.FLOAT64 ? FINER : 1);
    return pass.repeat(
            most,
            new NDList(first, change(u, first)),
            s -> s.get(1).gt(constant(s.get(1), tolerance)).any(),
            s -> {
              NDArray next = round.apply(s.head());
              return new NDList(next, change(s.head(), next));
            })
        .head();
  }

  /** The largest change of a value of each event, relative to 1 + |value|, [B]. */
  private static NDArray change(NDArray before, NDArray after) {
    NDArray now = after.stopGradient();
    NDArray scale = now.abs().add(constant(now, 1));
    return now.sub(before.stopGradient()).abs().div(scale).max(new int[] {1});
  }

  @Override
  public List<Parameter> parameters() {
    return made.parameters();
  }
}
