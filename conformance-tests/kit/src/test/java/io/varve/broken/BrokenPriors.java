package io.varve.broken;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.logSumExp;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.Arrays;
import java.util.List;
import org.pf4j.Extension;

/** Priors whose density or draws have one mistake each. */
public final class BrokenPriors {
  private BrokenPriors() {}

  /** Does not bound the scale: zero by zero where it underflows. */
  @Breaks("P10")
  @Named("unbounded-scale")
  @Extension
  public record UnboundedScale() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      Gaussian gaussian = new Gaussian(pass, event, parameters);
      gaussian.logDeviation = parameters.get(1);
      return gaussian;
    }
  }

  /** Forgets the logarithm of the scale in the density. */
  @Breaks("P3")
  @Named("scale-free-density")
  @Extension
  public record ScaleFreeDensity() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public NDArray logProb(NDArray value) {
          NDArray epsilon = value.sub(loc).div(deviation());
          return logDensity(epsilon, logDeviation.zerosLike());
        }
      };
    }
  }

  /** Couples neighbours without their normaliser; one number alone is right. */
  @Breaks("P3")
  @Named("loose-coupling")
  @Extension
  public record LooseCoupling() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public NDArray logProb(NDArray value) {
          NDArray epsilon = value.sub(loc).div(deviation());
          NDArray flat = epsilon.reshape(-1, space.shape().size());
          NDArray left = flat.get(new NDIndex(":, 1:"));
          NDArray right = flat.get(new NDIndex(":, :-1"));
          NDArray coupling = left.mul(right).sum(new int[] {1});
          return logDensity(epsilon, logDeviation).add(coupling.mul(constant(coupling, 0.5)));
        }
      };
    }
  }

  /** Its draws come without the normaliser of their density. */
  @Breaks("P2")
  @Named("shifted-score")
  @Extension
  public record ShiftedScore() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Draw draw() {
          NDArray epsilon = pass.noise().normal(space.shape());
          NDArray terms = epsilon.square().mul(constant(epsilon, 0.5)).add(logDeviation);
          return new Draw(epsilon.mul(deviation()).add(loc), sumEvent(terms).neg());
        }
      };
    }
  }

  /** Draws with the variance in place of the deviation. */
  @Breaks("P4")
  @Named("variance-draw")
  @Extension
  public record VarianceDraw() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Draw draw() {
          NDArray value = pass.noise().normal(space.shape()).mul(deviation().square()).add(loc);
          return new Draw(value, logProb(value));
        }
      };
    }
  }

  /** Draws one number for all numbers of an event; one alone is right. */
  @Breaks("P4")
  @Named("uneven-draw")
  @Extension
  public record UnevenDraw() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Draw draw() {
          NDArray epsilon = pass.noise().normal(new Shape(1)).reshape(new Shape(-1).addAll(ones()));
          NDArray value = epsilon.mul(deviation()).add(loc);
          return new Draw(value, logProb(value));
        }

        private Shape ones() {
          long[] ones = new long[space.shape().dimension()];
          Arrays.fill(ones, 1);
          return new Shape(ones);
        }
      };
    }
  }

  /** Takes the parameter itself for the scale, which is zero at the start. */
  @Breaks("P1")
  @Named("linear-scale")
  @Extension
  public record LinearScale() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      Gaussian gaussian = new Gaussian(pass, event, parameters);
      gaussian.logDeviation = parameters.get(1).abs().log();
      return gaussian;
    }
  }

  /** Equal components that start equal, and so stay one. */
  @Breaks("P11")
  @Named("twin-components")
  @Extension
  public record TwinComponents() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      Gaussian.requireReal(event);
      return List.of(new Parameters(new Shape(2).addAll(event.shape()), Initializer.ZEROS));
    }

    @Override
    public boolean reparameterised() {
      return false;
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      Gaussian.requireReal(event);
      NDArray locs = parameters.get(0);
      NDArray scale = locs.get(new NDIndex(":, 0")).zerosLike();
      Gaussian one = new Gaussian(pass, event, new NDList(locs.get(new NDIndex(":, 0")), scale));
      Gaussian two = new Gaussian(pass, event, new NDList(locs.get(new NDIndex(":, 1")), scale));
      return new Distribution() {
        @Override
        public Draw draw() {
          NDArray toss = pass.noise().uniform(space());
          NDArray heads = toss.gt(constant(toss, 0.5)).toType(toss.getDataType(), false);
          NDArray a = one.draw().value();
          NDArray b = two.draw().value();
          NDArray value = a.mul(heads).add(b.mul(constant(heads, 1).sub(heads)));
          return new Draw(value, logProb(value));
        }

        private Shape space() {
          long[] ones = new long[event.shape().dimension()];
          Arrays.fill(ones, 1);
          return new Shape(ones);
        }

        @Override
        public NDArray logProb(NDArray value) {
          NDArray both = one.logProb(value).stack(two.logProb(value), 1);
          return logSumExp(both, 1).sub(constant(both, Math.log(2)));
        }

        @Override
        public NDArray mode() {
          return one.mode();
        }
      };
    }
  }
}
