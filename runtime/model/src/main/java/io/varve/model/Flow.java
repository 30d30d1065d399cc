package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.model.guard.Guard;
import io.varve.model.guard.GuardedDistribution;
import io.varve.spi.Bijection;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** A chain of bijections of one event, each with the variables that condition it. */
final class Flow {
  private final List<Step> steps;
  private final List<Bijection> maps;
  private final List<Guard> guards = new ArrayList<>();
  private final Shape event;

  Flow(String path, List<Step> steps, Shape event, VariableShapes shapes) {
    this.steps = steps;
    List<Bijection> built = new ArrayList<>();
    for (Step step : steps) {
      Site site = shapes.site(path + "[" + built.size() + "]");
      List<Shape> given = shapes.of(step.given(), site.path());
      Guard guard = new Guard(site.path(), step.bijector());
      guards.add(guard);
      built.add(guard.built("build", () -> step.bijector().build(site, event, given)));
    }
    this.maps = List.copyOf(built);
    this.event = event;
  }

  boolean isIdentity() {
    return maps.isEmpty();
  }

  /** The parameters of each bijection, by its place. */
  Map<String, List<Parameter>> parameters() {
    Map<String, List<Parameter>> parameters = new LinkedHashMap<>();
    for (int i = 0; i < maps.size(); i++) {
      Guard guard = guards.get(i);
      List<Parameter> listed = guard.built("parameters", maps.get(i)::parameters);
      if (listed.stream().anyMatch(Objects::isNull)) {
        throw guard.fault("parameters returned a list with null in it", null);
      }
      parameters.put(guard.path(), listed);
    }
    return parameters;
  }

  /** y = f(x) and log|det ∂f/∂x|. The flow must have a step. */
  Mapped forward(Pass pass, Scope scope, NDArray x) {
    Mapped all = forward(pass, scope, x, 0);
    for (int i = 1; i < maps.size(); i++) {
      all = then(all, forward(pass, scope, all.value(), i));
    }
    return all;
  }

  /** x = f⁻¹(y) and log|det ∂f⁻¹/∂y|. The flow must have a step. */
  Mapped inverse(Pass pass, Scope scope, NDArray y) {
    int last = maps.size() - 1;
    Mapped all = inverse(pass, scope, y, last);
    for (int i = last - 1; i >= 0; i--) {
      all = then(all, inverse(pass, scope, all.value(), i));
    }
    return all;
  }

  private static Mapped then(Mapped before, Mapped step) {
    return new Mapped(step.value(), before.logDet().add(step.logDet()));
  }

  private Mapped forward(Pass pass, Scope scope, NDArray x, int i) {
    NDList context = scope.inputs(steps.get(i).given());
    NDList inputs = new NDList(x).addAll(context);
    return checked(
        "forward", pass, inputs, i, () -> maps.get(i).forward(pass, x, new NDList(context)));
  }

  private Mapped inverse(Pass pass, Scope scope, NDArray y, int i) {
    NDList context = scope.inputs(steps.get(i).given());
    NDList inputs = new NDList(y).addAll(context);
    return checked(
        "inverse", pass, inputs, i, () -> maps.get(i).inverse(pass, y, new NDList(context)));
  }

  /** Rule B4 of CONTRACT.md, for one map; what is mapped leads the inputs. */
  private Mapped checked(String method, Pass pass, NDList inputs, int i, Supplier<Mapped> code) {
    Guard guard = guards.get(i);
    Mapped mapped = guard.run(method, pass.parameters(), inputs, code);
    Optional<DataType> type = Guard.type(inputs);
    long most = GuardedDistribution.rows(inputs);
    long least = inputs.head().getShape().get(0);
    NDArray value = guard.batch(method, mapped.value(), type, event, most, least);
    long rows = value.getShape().get(0);
    guard.batch(method + "'s log-determinant", mapped.logDet(), type, new Shape(), rows);
    return mapped;
  }

  /** The base distribution pushed through this flow, by the change of variables. */
  Distribution push(Pass pass, Scope scope, Distribution base) {
    return isIdentity() ? base : new Pushed(pass, scope, base);
  }

  private final class Pushed implements Distribution {
    private final Pass pass;
    private final Scope scope;
    private final Distribution base;

    Pushed(Pass pass, Scope scope, Distribution base) {
      this.pass = pass;
      this.scope = scope;
      this.base = base;
    }

    @Override
    public Draw draw() {
      Draw epsilon = base.draw();
      Mapped mapped = forward(pass, scope, epsilon.value());
      return new Draw(mapped.value(), epsilon.logProb().sub(mapped.logDet()));
    }

    @Override
    public NDArray logProb(NDArray value) {
      Mapped mapped = inverse(pass, scope, value);
      return base.logProb(mapped.value()).add(mapped.logDet());
    }

    @Override
    public NDArray mode() {
      return forward(pass, scope, base.mode()).value();
    }
  }
}
