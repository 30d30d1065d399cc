package io.varve.training.optimizer;

import ai.djl.nn.Parameter;
import io.varve.model.weights.Weights;
import java.util.HashSet;
import java.util.Set;

/** Which weights an L2 penalty draws to zero: kernels and biases, as Keras' regularizers do. */
final class Penalty {
  private Penalty() {}

  /** The names of weights and biases of layers; not scales of a batch norm or learned constants. */
  static Set<String> on(Weights weights) {
    Set<String> penalised = new HashSet<>();
    weights
        .names()
        .forEach(
            (parameter, name) -> {
              Parameter.Type type = parameter.getType();
              if (type == Parameter.Type.WEIGHT || type == Parameter.Type.BIAS) {
                penalised.add(name);
              }
            });
    return penalised;
  }
}
