package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.model.guard.GuardedBijection;
import io.varve.spi.Bijection;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** A chain of bijections of one event, each with the variables that condition it. */
final class Flow {
  private final List<Link> links = new ArrayList<>();

  /** One bijection, its place in a model, and what conditions it. */
  private record Link(String path, List<String> given, Bijection map) {
    Mapped forward(Pass pass, Scope scope, NDArray x) {
      return map.forward(pass, x, scope.inputs(given));
    }

    Mapped inverse(Pass pass, Scope scope, NDArray y) {
      return map.inverse(pass, y, scope.inputs(given));
    }
  }

  Flow(String path, List<Step> steps, Shape event, VariableShapes shapes) {
    for (Step step : steps) {
      Site site = shapes.site(path + "[" + links.size() + "]");
      List<Shape> given = shapes.of(step.given(), site.path());
      Bijection map = new GuardedBijection(step.bijector(), site, event, given);
      links.add(new Link(site.path(), step.given(), map));
    }
  }

  boolean isIdentity() {
    return links.isEmpty();
  }

  /** Names the parameters of each bijection by its place. */
  void parameters(BiConsumer<String, Parameter> each) {
    links.forEach(link -> Parts.number(link.path(), link.map().parameters(), each));
  }

  /** y = f(x) and log|det ∂f/∂x|. The flow must have a step. */
  Mapped forward(Pass pass, Scope scope, NDArray x) {
    Mapped all = links.get(0).forward(pass, scope, x);
    for (Link link : links.subList(1, links.size())) {
      all = then(all, link.forward(pass, scope, all.value()));
    }
    return all;
  }

  /** x = f⁻¹(y) and log|det ∂f⁻¹/∂y|. The flow must have a step. */
  Mapped inverse(Pass pass, Scope scope, NDArray y) {
    int last = links.size() - 1;
    Mapped all = links.get(last).inverse(pass, scope, y);
    for (int i = last - 1; i >= 0; i--) {
      all = then(all, links.get(i).inverse(pass, scope, all.value()));
    }
    return all;
  }

  private static Mapped then(Mapped before, Mapped step) {
    return new Mapped(step.value(), before.logDet().add(step.logDet()));
  }

  /** The base distribution pushed through this flow, by the change of variables. */
  Distribution push(Pass pass, Scope scope, Distribution base) {
    return isIdentity() ? base : new Pushed(this, pass, scope, base);
  }

  private record Pushed(Flow flow, Pass pass, Scope scope, Distribution base)
      implements Distribution {
    @Override
    public Draw draw() {
      Draw epsilon = base.draw();
      Mapped mapped = flow.forward(pass, scope, epsilon.value());
      return new Draw(mapped.value(), epsilon.logProb().sub(mapped.logDet()));
    }

    @Override
    public NDArray logProb(NDArray value) {
      Mapped mapped = flow.inverse(pass, scope, value);
      return base.logProb(mapped.value()).add(mapped.logDet());
    }

    @Override
    public NDArray mode() {
      return flow.forward(pass, scope, base.mode()).value();
    }
  }
}
