package @package@;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Default;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Ops;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/**
 * Two straight lines that meet at zero: numbers below it are scaled, the others kept.
 *
 * @param slope below zero, in (0, 1)
 */
@Extension
@Named(value = "@name@", examples = {"{}", "{slope: 0.1}"})
public record @Type@(@Default("0.5") double slope) implements Bijector {
  /** Refuses a slope outside (0, 1). */
  public @Type@ {
    if (!(slope > 0 && slope < 1)) {
      throw new IllegalArgumentException("'slope' must lie in (0, 1), not " + slope);
    }
  }

  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    if (!context.isEmpty()) {
      throw new IllegalArgumentException("'@name@' reads no context; leave out 'given'");
    }
    return new Bent(slope);
  }

  private record Bent(double slope) implements Bijection {
    @Override
    public Mapped forward(Pass pass, NDArray x, NDList context) {
      return new Mapped(x.maximum(x.mul(Ops.constant(x, slope))), logDet(x, Math.log(slope)));
    }

    @Override
    public Mapped inverse(Pass pass, NDArray y, NDList context) {
      return new Mapped(y.minimum(y.div(Ops.constant(y, slope))), logDet(y, -Math.log(slope)));
    }

    private static NDArray logDet(NDArray x, double logSlope) {
      NDArray below = x.lt(Ops.constant(x, 0)).toType(x.getDataType(), false);
      return Ops.sumEvent(below.mul(Ops.constant(x, logSlope)));
    }
  }
}
