package io.varve.spi;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.varve.spi.Solves.Stop;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** {@link Pass#fixedPoint}: its state is the value, its change in the last round, the rounds. */
record FixedPoint(Pass pass, long most, double tolerance, Function<NDArray, NDList> round) {
  /** Rounding of double over that of single precision. */
  private static final double FINER = 1e-9;

  NDList from(NDArray start) {
    Optional<Solves> told =
        pass.parameters() instanceof Solves solves ? Optional.of(solves) : Optional.empty();
    NDArray first = round.apply(start).head(); // may have more rows than the start
    NDArray change = change(start, first);
    NDList state = new NDList(first, change, change.onesLike());
    NDArray one = constant(change, 1);
    Stop stop = told.map(Solves::stop).orElse(Stop.CONVERGED);
    NDArray enough = constant(change, stop == Stop.UNCHANGED ? 0 : finest(change));
    UnaryOperator<NDList> body =
        s -> {
          NDArray next = round.apply(s.head()).head();
          return new NDList(next, change(s.head(), next), s.get(2).add(one));
        };
    NDList found =
        stop == Stop.NEVER
            ? pass.repeat(most - 1, state, body)
            : pass.repeat(most - 1, state, s -> s.get(1).gt(enough).any(), body);
    NDList last = round.apply(found.head());
    told.ifPresent(t -> t.solved(change(found.head(), last.head()), found.get(2).add(one)));
    return last;
  }

  private double finest(NDArray value) {
    return tolerance * (value.getDataType() == DataType.FLOAT64 ? FINER : 1);
  }

  /** The largest change of a value of each row, relative to 1 + |value|, [B]. */
  private static NDArray change(NDArray before, NDArray after) {
    NDArray now = after.stopGradient();
    NDArray scale = now.abs().add(constant(now, 1));
    NDArray each = now.sub(before.stopGradient()).abs().div(scale);
    long event = after.getShape().slice(1).size();
    return each.reshape(-1, event).max(new int[] {1});
  }
}
