package @package@;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Ops;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/** Independent values, each level with a mass of its own; the parameters are their logits. */
@Extension
@Named("@name@")
public record @Type@() implements Likelihood {
  /** Logits are held within this of zero, so that no mass is zero. */
  private static final double BOUND = 30;

  @Override
  public List<Parameters> parameters(Space event) {
    requireLevels(event);
    return List.of(new Parameters(event.shape().add(event.levels()), Initializer.ZEROS));
  }

  private static void requireLevels(Space event) {
    if (event.levels() < 2) {
      throw new IllegalArgumentException(
          "'@name@' needs data of at least 2 levels, not " + event.levels());
    }
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    requireLevels(event);
    NDArray logits = Ops.clip(parameters.singletonOrThrow(), -BOUND, BOUND);
    int last = event.shape().dimension() + 1;
    NDArray logMasses = logits.sub(Ops.logSumExp(logits, last).expandDims(last));
    return new Levels(pass, event, last, logMasses);
  }

  /** Masses [B or 1, event, levels]; {@code last} is their last axis. */
  private record Levels(Pass pass, Space event, int last, NDArray logMasses)
      implements Distribution {
    /** The level whose log-mass plus Gumbel noise is the largest. */
    @Override
    public Draw draw() {
      Shape each = event.shape().add(event.levels());
      NDArray gumbel = pass.noise().uniform(each).log().neg().log().neg();
      NDArray value = gumbel.add(logMasses).argMax(last).toType(type(), false);
      return new Draw(value, logProb(value));
    }

    /** What is no level matches none, and the logarithm of that is minus infinity. */
    @Override
    public NDArray logProb(NDArray value) {
      NDArray chosen = value.expandDims(last).eq(levels()).toType(type(), false);
      NDArray support = chosen.sum(new int[] {last}).log();
      return Ops.sumEvent(chosen.mul(logMasses).sum(new int[] {last}).add(support));
    }

    @Override
    public NDArray mode() {
      return logMasses.argMax(last).toType(type(), false);
    }

    @Override
    public NDArray mean() {
      return logMasses.exp().mul(levels()).sum(new int[] {last});
    }

    private NDArray levels() {
      return pass.manager().arange(event.levels()).toType(type(), false);
    }

    private DataType type() {
      return logMasses.getDataType();
    }
  }
}
