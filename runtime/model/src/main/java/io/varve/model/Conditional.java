package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.varve.spi.Distribution;
import io.varve.spi.Factor;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link Factor} with its parts built: p(v | given) or q(v | given) in working order. */
final class Conditional {
  private final Factor factor;
  private final Space event;
  private final String path;
  private final List<Shape> wanted;
  private final Optional<Block> network;
  private final List<Parameter> constants = new ArrayList<>();
  private final Flow flow;

  Conditional(Site site, Factor factor, Space event, Shapes shapes) {
    this.factor = factor;
    this.event = event;
    this.path = site.path();
    List<Parameters> needs = factor.family().parameters(event);
    this.wanted = needs.stream().map(Parameters::shape).toList();
    List<Shape> given = shapes.of(factor.given(), path);
    this.network = factor.network().map(n -> n.build(Shapes.site(site, ".network"), given, wanted));
    if (network.isEmpty() && !given.isEmpty()) {
      throw new IllegalArgumentException(
          path
              + ": 'given' is "
              + factor.given()
              + " but there is no 'network' to read it; add one");
    }
    if (network.isEmpty()) {
      for (Parameters need : needs) {
        constants.add(constant(need, constants.size()));
      }
    }
    this.flow = new Flow(Shapes.site(site, ".flow"), factor.flow(), event.shape(), shapes);
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

  /** The distribution given the values of a scope. */
  Distribution at(Pass pass, Scope scope) {
    return at(pass, scope, parameters(pass, scope));
  }

  /** The distribution at these parameter arrays, its flow conditioned on the scope. */
  Distribution at(Pass pass, Scope scope, NDList parameters) {
    return flow.push(pass, scope, factor.family().of(pass, event, parameters));
  }

  /** The family's parameter arrays, each [B or 1, shape]. */
  NDList parameters(Pass pass, Scope scope) {
    NDList arrays = new NDList();
    if (network.isPresent()) {
      arrays = pass.run(network.get(), scope.inputs(factor.given()));
      requireShapes(arrays);
    } else {
      for (Parameter constant : constants) {
        arrays.add(pass.value(constant).expandDims(0));
      }
    }
    return arrays;
  }

  private void requireShapes(NDList arrays) {
    boolean fits = arrays.size() == wanted.size();
    for (int i = 0; fits && i < wanted.size(); i++) {
      fits = arrays.get(i).getShape().slice(1).equals(wanted.get(i));
    }
    if (!fits) {
      throw new IllegalArgumentException(
          path
              + ".network: returned "
              + arrays.stream().map(NDArray::getShape).toList()
              + " where the family needs "
              + wanted
              + " after the batch axis");
    }
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
