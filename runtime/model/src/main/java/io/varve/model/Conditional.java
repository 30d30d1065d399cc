package io.varve.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.varve.model.guard.Guard;
import io.varve.model.guard.GuardedDistribution;
import io.varve.spi.Distribution;
import io.varve.spi.Factor;
import io.varve.spi.Family;
import io.varve.spi.Network;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link Factor} with its parts built: p(v | given) or q(v | given) in working order. */
final class Conditional {
  private final String name;
  private final String variable;
  private final String path;
  private final Factor factor;
  private final Space event;
  private final List<Shape> wanted;
  private final Optional<Block> network;
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
    this.factor = factor;
    this.event = event;
    List<Parameters> needs = needs(path, factor.family(), event);
    this.wanted = needs.stream().map(Parameters::shape).toList();
    List<Shape> given = shapes.of(factor.given(), path);
    if (factor.network().isEmpty() && !given.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: 'given' is %s but there is no 'network' to read it; add one"
              .formatted(path, factor.given()));
    }
    Site site = shapes.site(path + ".network");
    this.network =
        factor.network().map(n -> guard(n).built("build", () -> n.build(site, given, wanted)));
    if (network.isEmpty()) {
      for (Parameters need : needs) {
        constants.add(constant(need, constants.size()));
      }
    }
    this.flow = new Flow(path + ".flow", factor.flow(), event.shape(), shapes);
  }

  /**
   * The parameter arrays a family needs for such an event.
   *
   * @param path the place of the factor, {@code z.p}
   */
  static List<Parameters> needs(String path, Family family, Space event) {
    Guard guard = new Guard(path, family);
    List<Parameters> needs = guard.built("parameters", () -> family.parameters(event));
    for (Parameters need : needs) {
      if (need == null || need.shape() == null || need.start() == null) {
        throw guard.fault(
            "parameters returned " + needs + ", which lacks a shape or a start", null);
      }
    }
    return needs;
  }

  private Guard guard(Network network) {
    return new Guard(path + ".network", network);
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
    NDList parameters = scope.all(name);
    Guard guard = new Guard(path, factor.family());
    Distribution member =
        guard.run(
            "of", pass.parameters(), parameters, () -> factor.family().of(pass, event, parameters));
    Distribution base = new GuardedDistribution(guard, pass, event.shape(), parameters, member);
    return flow.push(pass, scope, base);
  }

  /** The family's parameter arrays, each [B or 1, shape]. */
  NDList parameters(Run run, Scope scope) {
    Pass pass = run.at(variable);
    if (network.isPresent()) {
      NDList inputs = scope.inputs(factor.given());
      return guard(factor.network().orElseThrow()).network(pass, network.get(), inputs, wanted);
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

  /** Its place in a model, {@code z.p}. */
  String path() {
    return path;
  }

  List<String> given() {
    return factor.given();
  }

  Optional<Block> network() {
    return network;
  }

  List<Parameter> constants() {
    return constants;
  }

  Flow flow() {
    return flow;
  }
}
