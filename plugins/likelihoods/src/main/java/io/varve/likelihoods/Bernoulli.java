package io.varve.likelihoods;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplus;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Activation;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/** Independent binary values; the parameters are their logits, of the event's shape. */
@Extension
@Named("bernoulli")
public record Bernoulli() implements Likelihood {
  @Override
  public List<Parameters> parameters(Space event) {
    requireBinary(event);
    return List.of(new Parameters(event.shape(), Initializer.ZEROS));
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    requireBinary(event);
    return new Bits(pass, event, parameters.singletonOrThrow());
  }

  private static void requireBinary(Space event) {
    if (event.levels() != 2) {
      throw new IllegalArgumentException(
          ("'bernoulli' needs a variable of 2 levels, but this one has %s; binarize the data or use"
                  + " another likelihood")
              .formatted(event.levels() == 0 ? "real values" : event.levels() + " levels"));
    }
  }

  /** Bits with these logits, [B or 1, event]. */
  private record Bits(Pass pass, Space space, NDArray logits) implements Distribution {
    @Override
    public Draw draw() {
      NDArray u = pass.noise().uniform(space.shape());
      NDArray value = u.lt(Activation.sigmoid(logits)).toType(u.getDataType(), false);
      return new Draw(value, sumEvent(logMass(value)));
    }

    @Override
    public NDArray logProb(NDArray value) {
      NDArray onGrid = value.eq(value.square()); // 0 and 1 alone are their own squares
      NDArray support = onGrid.toType(DataType.FLOAT32, false).log();
      return sumEvent(logMass(clip(value, 0, 1)).add(support)); // twice a huge value is infinite
    }

    /** log σ(±logits) as -softplus(∓logits), which neither cancels nor overflows. */
    private NDArray logMass(NDArray value) {
      NDArray opposite = constant(value, 1).sub(value.mul(constant(value, 2)));
      return softplus(opposite.mul(logits)).neg();
    }

    @Override
    public NDArray mode() {
      NDArray likely = logits.gt(constant(logits, 0));
      return likely.toType(logits.getDataType(), false);
    }

    @Override
    public NDArray mean() {
      return Activation.sigmoid(logits);
    }
  }
}
