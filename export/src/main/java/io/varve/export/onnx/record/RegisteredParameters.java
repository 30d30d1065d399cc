package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The parameters that code may ask for: what each is called in a graph, and its current value. */
public final class RegisteredParameters {
  private final IdentityHashMap<Parameter, String> names = new IdentityHashMap<>();
  private final Map<String, String> namesOfArrays = new HashMap<>();
  private final ParameterStore values;

  /**
   * @param names what each is called
   * @param values delivers their values
   * @throws IllegalArgumentException if two parameters have one name
   */
  public RegisteredParameters(Map<Parameter, String> names, ParameterStore values) {
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

  /** The parameters of an initialised block, by the names they have in it. */
  public static RegisteredParameters of(Block block) {
    Map<Parameter, String> names = new LinkedHashMap<>();
    NDManager manager = null;
    for (Pair<String, Parameter> pair : block.getParameters()) {
      names.putIfAbsent(pair.getValue(), pair.getKey());
      manager = manager == null ? pair.getValue().getArray().getManager() : manager;
    }
    return new RegisteredParameters(
        names, new ParameterStore(manager == null ? NDManager.newBaseManager() : manager, false));
  }

  NDArray value(Parameter parameter) {
    return values.getValue(parameter, values.getManager().getDevice(), false);
  }

  /** Delivers the values. */
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
