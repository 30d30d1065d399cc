package @package@;

import ai.djl.ndarray.NDArray;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Ops;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import org.pf4j.Extension;

/**
 * Black and white: 1 where a value reaches a share of the largest, 0 elsewhere.
 *
 * @param at the share, above 0 and at most 1
 */
@Extension
@Named(value = "@name@", examples = {"{}", "{at: 0.25}"})
public record @Type@(@Default("0.5") double at) implements Transform {
  /** Refuses a share that is none. */
  public @Type@ {
    if (!(at > 0 && at <= 1)) {
      throw new IllegalArgumentException("'at' must lie in (0, 1], not " + at);
    }
  }

  @Override
  public NDArray apply(NDArray x, Space space) {
    NDArray threshold = Ops.constant(x, at * (space.levels() - 1));
    return x.gte(threshold).toType(x.getDataType(), false);
  }

  @Override
  public Space space(Space x) {
    if (x.levels() < 2) {
      throw new IllegalArgumentException(
          "'@name@' needs data of at least 2 levels, not " + x.levels());
    }
    return new Space(x.shape(), 2);
  }
}
