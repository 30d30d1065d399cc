package io.varve.model.guard;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Pass;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A family's member, held to what a {@link Distribution} promises.
 *
 * @param event the shape of one event
 * @param parameters the arrays that make the member, each [B or 1, ...]
 * @param member what the family made of them
 */
record GuardedDistribution(
    Guard guard, Pass pass, Shape event, NDList parameters, Distribution member)
    implements Distribution {
  private static final Shape SCALAR = new Shape();

  private <T> T run(String method, NDList inputs, Supplier<T> code) {
    return guard.run(method, pass.parameters(), inputs, code);
  }

  private Optional<DataType> type() {
    return Guard.type(parameters);
  }

  @Override
  public Draw draw() {
    Draw draw = run("draw", parameters, member::draw);
    NDArray value = guard.batch("draw", draw.value(), type(), event);
    Optional<DataType> same = Optional.of(value.getDataType());
    guard.batch("draw's log-density", draw.logProb(), same, SCALAR, value.getShape().get(0));
    return draw;
  }

  @Override
  public NDArray logProb(NDArray value) {
    NDList inputs = new NDList(parameters).addAll(new NDList(value));
    NDArray found = run("logProb", inputs, () -> member.logProb(value));
    return guard.batch("logProb", found, Guard.type(new NDList(value)), SCALAR, Guard.rows(inputs));
  }

  @Override
  public NDArray mode() {
    return guard.batch("mode", run("mode", parameters, member::mode), type(), event);
  }

  @Override
  public NDArray mean() {
    return guard.batch("mean", run("mean", parameters, member::mean), type(), event);
  }

  /** Closed forms know each other by their types, so what is asked is the other's member. */
  @Override
  public Optional<NDArray> kl(Distribution other) {
    Distribution plain = other instanceof GuardedDistribution guarded ? guarded.member : other;
    Optional<NDArray> kl = run("kl", parameters, () -> member.kl(plain));
    kl.ifPresent(found -> guard.batch("kl", found, type(), SCALAR));
    return kl;
  }
}
