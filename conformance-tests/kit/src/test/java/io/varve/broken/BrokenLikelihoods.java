package io.varve.broken;

import static ai.djl.nn.Activation.sigmoid;
import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.Arrays;
import java.util.List;
import org.pf4j.Extension;

/** Likelihoods whose masses or draws have one mistake each. */
public final class BrokenLikelihoods {
  private BrokenLikelihoods() {}

  /** Masses that sum to 0.99. */
  @Breaks("L2")
  @Named("short-masses")
  @Extension
  public record ShortMasses() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        NDArray logMasses() {
          NDArray right = super.logMasses();
          return right.add(constant(right, Math.log(0.99)));
        }
      };
    }
  }

  /** Each number's mass depends on the one before, the first's on the last: no joint mass. */
  @Breaks("L2")
  @Named("two-way-coupling")
  @Extension
  public record TwoWayCoupling() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        NDArray logMass(NDArray value) {
          NDArray flat = value.reshape(-1, space.shape().size());
          NDArray before =
              flat.get(new NDIndex(":, -1:")).concat(flat.get(new NDIndex(":, :-1")), 1);
          NDArray wide = before.reshape(value.getShape()).expandDims(value.getShape().dimension());
          NDArray same = wide.eq(each(wide)).toType(value.getDataType(), false);
          boolean alone = space.shape().size() == 1;
          NDArray own = logits;
          logits = alone ? own : own.add(same);
          NDArray mass = super.logMass(value);
          logits = own;
          return mass;
        }
      };
    }
  }

  /** A logistic's masses of bins, without the tails beyond the first and the last. */
  @Breaks("L2")
  @Named("lost-edges")
  @Extension
  public record LostEdges() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        NDArray logMasses() {
          NDArray loc = super.logMasses().mul(constant(logits, 0));
          NDArray at = each(loc).sub(constant(loc, (levels - 1) / 2.0)).sub(loc);
          NDArray half = constant(at, 0.5);
          return sigmoid(at.add(half)).sub(sigmoid(at.sub(half))).log();
        }
      };
    }
  }

  /** Adds to its draws the noise that dequantises data. */
  @Breaks("L3")
  @Named("dequantised-draw")
  @Extension
  public record DequantisedDraw() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public Draw draw() {
          Draw right = super.draw();
          NDArray noise = pass.noise().uniform(space.shape());
          return new Draw(right.value().add(noise), right.logProb());
        }
      };
    }
  }

  /** Draws from masses squared, as at half the temperature. */
  @Breaks("L3")
  @Named("cold-draw")
  @Extension
  public record ColdDraw() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        NDArray level(NDArray u) {
          NDArray own = logits;
          logits = own.mul(constant(own, 2));
          NDArray level = super.level(u);
          logits = own;
          return level;
        }
      };
    }
  }

  /** Its draws come with the log-mass of the mode. */
  @Breaks("P2")
  @Named("foreign-score")
  @Extension
  public record ForeignScore() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public Draw draw() {
          Draw right = super.draw();
          return new Draw(right.value(), logProb(mode().add(right.value().zerosLike())));
        }
      };
    }
  }

  /** Draws every number of an event with the same uniform; one alone is right. */
  @Breaks("P4")
  @Named("stale-draw")
  @Extension
  public record StaleDraw() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        NDArray level(NDArray u) {
          long[] ones = new long[space.shape().dimension()];
          Arrays.fill(ones, 1);
          NDArray one = u.reshape(-1, space.shape().size()).get(new NDIndex(":, 0"));
          NDArray same = one.reshape(new Shape(-1).addAll(new Shape(ones)));
          return super.level(u.zerosLike().add(same));
        }
      };
    }
  }
}
