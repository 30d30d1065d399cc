package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.spi.Starts;
import java.util.Optional;

/** How the layers of a block read their parameters in one forward pass. */
public record Reading(ParameterStore store, NDArray like, boolean training) {
  /** The present value of a parameter. */
  NDArray of(Parameter parameter) {
    return store.getValue(parameter, like.getDevice(), training);
  }

  /** Where starting values go, in the pass that sets them. */
  Optional<Starts> starts() {
    return store instanceof Starts starts ? Optional.of(starts) : Optional.empty();
  }
}
