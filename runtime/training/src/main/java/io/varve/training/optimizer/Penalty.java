package io.varve.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.model.weights.Weights;
import java.util.HashMap;
import java.util.Map;

/** Which weights an L2 penalty draws to zero: kernels and biases, as Keras' regularizers do. */
final class Penalty {
  private Penalty() {}

  /** 1 for every weight and bias of a layer, 0 for scales of a batch norm and learned constants. */
  static NDArray mask(NDManager manager, Weights weights) {
    Map<String, Parameter.Type> types = new HashMap<>();
    weights.names().forEach((parameter, name) -> types.put(name, parameter.getType()));
    try (NDManager scope = manager.newSubManager()) {
      NDList pieces = new NDList();
      weights
          .views(weights.flat())
          .forEach(
              (name, view) -> {
                Parameter.Type type = types.get(name);
                boolean penalised = type == Parameter.Type.WEIGHT || type == Parameter.Type.BIAS;
                Shape length = new Shape(view.size());
                pieces.add(penalised ? scope.ones(length) : scope.zeros(length));
                view.close();
              });
      NDArray mask = NDArrays.concat(pieces);
      mask.attach(manager);
      return mask;
    }
  }
}
