package io.varve.bijectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/**
 * Another bijector the other way round.
 *
 * @param of the bijector whose inverse is the forward map
 */
@Extension
@Named(
    value = "inverse",
    examples = {"{of: {type: rank1-affine}}", "{of: {type: inverse, of: {type: rank1-affine}}}"})
public record Inverse(Bijector of) implements Bijector {
  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    return new Turned(of.build(site, event, context));
  }

  private record Turned(Bijection of) implements Bijection {
    @Override
    public Mapped forward(Pass pass, NDArray x, NDList context) {
      return of.inverse(pass, x, context);
    }

    @Override
    public Mapped inverse(Pass pass, NDArray y, NDList context) {
      return of.forward(pass, y, context);
    }

    @Override
    public List<Parameter> parameters() {
      return of.parameters();
    }
  }
}
