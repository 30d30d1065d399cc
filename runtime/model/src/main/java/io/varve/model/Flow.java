package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Step;
import java.util.ArrayList;
import java.util.List;

/** A chain of bijections of one event, each with the variables that condition it. */
final class Flow {
  private final List<Step> steps;
  private final List<Bijection> maps;

  Flow(String path, List<Step> steps, Shape event, Shapes shapes) {
    this.steps = steps;
    List<Bijection> built = new ArrayList<>();
    for (Step step : steps) {
      Site site = shapes.site(path + "[" + built.size() + "]");
      List<Shape> given = shapes.of(step.given(), site.path());
      built.add(Located.at(site.path(), () -> step.bijector().build(site, event, given)));
    }
    this.maps = List.copyOf(built);
  }

  boolean isIdentity() {
    return maps.isEmpty();
  }

  List<Bijection> maps() {
    return maps;
  }

  /** y = f(x) and log|det ∂f/∂x|. The flow must have a step. */
  Mapped forward(Pass pass, Scope scope, NDArray x) {
    Mapped all = maps.get(0).forward(pass, x, context(scope, 0));
    for (int i = 1; i < maps.size(); i++) {
      all = then(all, maps.get(i).forward(pass, all.value(), context(scope, i)));
    }
    return all;
  }

  /** x = f⁻¹(y) and log|det ∂f⁻¹/∂y|. The flow must have a step. */
  Mapped inverse(Pass pass, Scope scope, NDArray y) {
    int last = maps.size() - 1;
    Mapped all = maps.get(last).inverse(pass, y, context(scope, last));
    for (int i = last - 1; i >= 0; i--) {
      all = then(all, maps.get(i).inverse(pass, all.value(), context(scope, i)));
    }
    return all;
  }

  private static Mapped then(Mapped before, Mapped step) {
    return new Mapped(step.value(), before.logDet().add(step.logDet()));
  }

  private NDList context(Scope scope, int i) {
    return scope.inputs(steps.get(i).given());
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
