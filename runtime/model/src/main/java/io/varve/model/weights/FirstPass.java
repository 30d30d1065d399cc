package io.varve.model.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.model.EngineNoise;
import io.varve.model.Model;
import io.varve.model.NoiseSource;
import io.varve.model.Run;
import io.varve.model.guard.FirstParameters;
import io.varve.spi.Space;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The first run of a model: it initialises every block, checks every shape and that no component
 * changes its arguments, and notes which parameters are read. A bare parameter is initialised when
 * it is first read.
 */
final class FirstPass extends ParameterStore implements FirstParameters {
  private final Set<Parameter> read = new LinkedHashSet<>();

  /**
   * A pass that runs once.
   *
   * @param manager owns its arrays, with those of the parameters
   */
  FirstPass(NDManager manager) {
    super(manager, false);
  }

  @Override
  public NDArray getValue(Parameter parameter, Device device, boolean training) {
    if (parameter == null) {
      return null; // an optional parameter of a block, such as a bias
    }
    if (!parameter.isInitialized()) {
      parameter.initialize(getManager(), DataType.FLOAT32);
    }
    read.add(parameter);
    return parameter.getArray();
  }

  /** One bound and one generation, as in training. */
  void run(Model model) {
    Space x = model.spaces().get(model.observed());
    Shape batch = new Shape(2).addAll(x.shape());
    // Ones, where the grid has them: to scale zeros in place is not to change them.
    NDArray data = x.levels() == 1 ? getManager().zeros(batch) : getManager().ones(batch);
    NoiseSource noise = new EngineNoise(getManager(), 2);
    model.bound(new Run(getManager(), this, true, noise), data).total();
    model.generate(new Run(getManager(), this, true, noise), Map.of());
  }

  /**
   * Refuses parameters that were read but not listed by their part, or listed but of no use.
   *
   * @param parameters what the parts list, by path
   */
  void requireComplete(Map<String, Parameter> parameters) {
    for (Parameter parameter : read) {
      if (!parameters.containsValue(parameter)) {
        throw new IllegalArgumentException(
            "a bijector reads its parameter '%s' but does not list it in parameters(); list it there"
                .formatted(parameter.getName()));
      }
    }
    parameters.forEach(
        (name, parameter) -> {
          if (!parameter.isInitialized()) {
            throw new IllegalArgumentException(
                name + ": nothing uses this parameter; remove its node or let another read it");
          }
          if (parameter.requiresGradient()
              && parameter.getArray().getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException(
                "%s: trained parameters are float32, this one is %s"
                    .formatted(name, parameter.getArray().getDataType()));
          }
        });
  }
}
