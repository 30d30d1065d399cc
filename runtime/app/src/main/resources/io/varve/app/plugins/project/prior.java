package @package@;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Named;
import io.varve.spi.Ops;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/** Independent logistic numbers; the parameters are a location and the logarithm of a scale. */
@Extension
@Named("@name@")
public record @Type@() implements Prior {
  /** Logarithms of a scale are held within this of zero. */
  private static final double BOUND = 7;

  @Override
  public List<Parameters> parameters(Space event) {
    requireReal(event);
    Parameters each = new Parameters(event.shape(), Initializer.ZEROS);
    return List.of(each, each);
  }

  private static void requireReal(Space event) {
    if (event.levels() != 0) {
      throw new IllegalArgumentException(
          "'@name@' needs real numbers, not " + event.levels() + " levels");
    }
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    requireReal(event);
    NDArray logScale = Ops.clip(parameters.get(1), -BOUND, BOUND);
    return new Logistic(pass, event.shape(), parameters.get(0), logScale);
  }

  private record Logistic(Pass pass, Shape event, NDArray loc, NDArray logScale)
      implements Distribution {
    /** The inverse of the distribution function at a uniform number. */
    @Override
    public Draw draw() {
      NDArray u = pass.noise().uniform(event);
      NDArray standard = u.log().sub(Ops.constant(u, 1).sub(u).log());
      NDArray value = standard.mul(logScale.exp()).add(loc);
      return new Draw(value, logProb(value));
    }

    /** The density is symmetric: with |y| nothing overflows. */
    @Override
    public NDArray logProb(NDArray value) {
      NDArray y = value.sub(loc).div(logScale.exp()).abs().neg();
      NDArray twice = Ops.softplus(y).mul(Ops.constant(y, 2));
      return Ops.sumEvent(y.sub(twice).sub(logScale));
    }

    @Override
    public NDArray mode() {
      return loc;
    }
  }
}
