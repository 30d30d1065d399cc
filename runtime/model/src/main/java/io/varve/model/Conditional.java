package io.varve.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.model.guard.GuardedFamily;
import io.varve.model.guard.GuardedNetwork;
import io.varve.spi.Distribution;
import io.varve.spi.Factor;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A {@link Factor} with its parts built: p(v | given) or q(v | given) in working order. */
final class Conditional {
  private final String name;
  private final String variable;
  private final String path;
  private final List<String> given;
  private final Space event;
  private final GuardedFamily family;
  private final Optional<GuardedNetwork> network;
  private final List<Parameter> constants = new ArrayList<>();
  private final Flow flow;

  /**
   * Builds a factor of a variable.
   *
   * @param side p or q
   */
  Conditional(String side, String variable, Factor factor, Space event, VariableShapes shapes) {
    this.name = side + "(" + variable + ")";
    this.variable = variable;
    this.path = variable + "." + side;
    this.given = factor.given();
    this.event = event;
    this.family = new GuardedFamily(path, factor.family());
    List<Parameters> needs = family.parameters(event);
    List<Shape> read = shapes.of(given, path);
    if (factor.network().isEmpty() && !read.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: 'given' is %s but there is no 'network' to read it; add one".formatted(path, given));
    }
    Site site = shapes.site(path + ".network");
    List<Shape> wanted = needs.stream().map(Parameters::shape).toList();
    this.network = factor.network().map(n -> new GuardedNetwork(n, site, read, wanted));
    if (network.isEmpty()) {
      needs.forEach(need -> constants.add(constant(need, constants.size())));
    }
    this.flow = new Flow(path + ".flow", factor.flow(), event.shape(), shapes);
  }

  private static Parameter constant(Parameters need, int index) {
    Parameter parameter =
        Parameter.builder()
            .setName("constant" + index)
            .setType(Parameter.Type.OTHER)
            .optInitializer(need.start())
            .build();
    parameter.setShape(need.shape());
    return parameter;
  }

  /** The distribution given the values of a scope, among them this factor's parameters. */
  Distribution at(Run run, Scope scope) {
    Pass pass = run.at(variable);
    return flow.push(pass, scope, family.of(pass, event, scope.all(name)));
  }

  /** The family's parameter arrays, each [B or 1, shape]. */
  NDList parameters(Run run, Scope scope) {
    Pass pass = run.at(variable);
    if (network.isPresent()) {
      return network.get().run(pass, scope.inputs(given));
    }
    NDList arrays = new NDList();
    for (Parameter constant : constants) {
      arrays.add(pass.value(constant).expandDims(0));
    }
    return arrays;
  }

  /** Its name in a scope, {@code p(z)}. */
  String name() {
    return name;
  }

  List<String> given() {
    return given;
  }

  /** Names the parameters of its parts. */
  void parameters(BiConsumer<String, Parameter> each) {
    network.ifPresent(n -> n.parameters(each));
    Parts.number(path, constants, each);
    flow.parameters(each);
  }

  Flow flow() {
    return flow;
  }
}
