package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/** The registered parameters: what each is called in a graph, and its current value. */
public final class TracedWeights {
  private final IdentityHashMap<Parameter, String> names = new IdentityHashMap<>();
  private final Map<String, String> namesOfArrays = new HashMap<>();
  private final ParameterStore values;

  public TracedWeights(Map<Parameter, String> names, ParameterStore values) {
    this.values = values;
    Map<String, Parameter> taken = new HashMap<>();
    names.forEach(
        (parameter, name) -> {
          if (taken.put(name, parameter) != null) {
            throw new IllegalArgumentException(
                "parameters: two of them are named '" + name + "'; give each its own name");
          }
          this.names.put(parameter, name);
          namesOfArrays.put(value(parameter).getUid(), name);
        });
  }

  NDArray value(Parameter parameter) {
    return values.getValue(parameter, values.getManager().getDevice(), false);
  }

  public ParameterStore values() {
    return values;
  }

  Optional<String> name(Parameter parameter) {
    return Optional.ofNullable(names.get(parameter));
  }

  /** The name of the parameter that an array is the value of. */
  Optional<String> name(NDArray array) {
    return Optional.ofNullable(namesOfArrays.get(array.getUid()));
  }
}
