package io.varve.priors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/** N(0, I): it has no parameters. */
@Extension
@Named("standard-normal")
public record StandardNormal() implements Prior {
  @Override
  public List<Parameters> parameters(Space event) {
    Gaussian.requireReal("standard-normal", event);
    return List.of();
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    Gaussian.requireReal("standard-normal", event);
    Shape row = new Shape(1).addAll(event.shape());
    NDArray zero = pass.manager().zeros(row); // float32 promotes to any type it meets
    return new Gaussian(pass, event.shape(), zero, pass.manager().ones(row), zero);
  }
}
