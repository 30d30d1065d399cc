package io.varve.networks.layer;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import java.util.function.Consumer;

/**
 * How layers start, what follows them, and who owns their parameters.
 *
 * @param after the activation that follows
 * @param owner the block the parameters belong to
 */
public record LayerStyle(Initialization start, Activation after, Consumer<Parameter> owner) {
  /** A new weight. */
  Parameter weight(String name, Shape shape, long fanIn, long fanOut) {
    return add(name + ".weight", Parameter.Type.WEIGHT, shape, start.weight(after, fanIn, fanOut));
  }

  /** New biases, so many of them for one layer. */
  Parameter bias(String name, Shape shape, long outputs) {
    return add(name + ".bias", Parameter.Type.BIAS, shape, start.bias(outputs));
  }

  private Parameter add(String name, Parameter.Type type, Shape shape, Initializer initializer) {
    Parameter parameter =
        Parameter.builder()
            .setName(name)
            .setType(type)
            .optShape(shape)
            .optInitializer(initializer)
            .build();
    owner.accept(parameter);
    return parameter;
  }
}
