package io.varve.model.guard;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** A bijection at one place of a model, held to rule B4 of CONTRACT.md. */
public final class GuardedBijection implements Bijection {
  private final Guard guard;
  private final Bijection map;
  private final Shape event;

  /**
   * Builds a bijection.
   *
   * @param event the shape of one event
   * @param context the shapes of the arrays that condition it
   * @throws IllegalArgumentException if the bijector refuses them or is at fault
   */
  public GuardedBijection(Bijector bijector, Site site, Shape event, List<Shape> context) {
    this.guard = new Guard(site.path(), bijector);
    this.map = guard.built("build", () -> bijector.build(site, event, context));
    this.event = event;
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    NDList given = new NDList(context);
    return checked("forward", pass, x, context, () -> map.forward(pass, x, given));
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    NDList given = new NDList(context);
    return checked("inverse", pass, y, context, () -> map.inverse(pass, y, given));
  }

  private Mapped checked(
      String method, Pass pass, NDArray mapped, NDList context, Supplier<Mapped> code) {
    NDList inputs = new NDList(mapped).addAll(context);
    Mapped result = guard.run(method, pass.parameters(), inputs, code);
    Optional<DataType> type = Guard.type(inputs);
    long most = Guard.rows(inputs);
    long least = mapped.getShape().get(0);
    NDArray value = guard.batch(method, result.value(), type, event, most, least);
    long rows = value.getShape().get(0);
    guard.batch(method + "'s log-determinant", result.logDet(), type, new Shape(), rows);
    return result;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> listed = guard.built("parameters", map::parameters);
    if (listed.stream().anyMatch(Objects::isNull)) {
      throw guard.fault("parameters returned a list with null in it", null);
    }
    return listed;
  }
}
