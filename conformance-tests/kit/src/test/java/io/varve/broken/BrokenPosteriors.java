package io.varve.broken;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/** Priors with one mistake each that shows where they serve as posteriors or are exported. */
public final class BrokenPosteriors {
  private BrokenPosteriors() {}

  /** KL(p ‖ q) in place of KL(q ‖ p). */
  @Breaks("P5")
  @Named("exchanged-kl")
  @Extension
  public record ExchangedKl() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Optional<NDArray> kl(Distribution other) {
          return other instanceof Gaussian p
              ? Optional.of(sumEvent(p.klTerms(this)))
              : Optional.empty();
        }
      };
    }
  }

  /** Sums the divergence over the batch too. */
  @Breaks("P5")
  @Named("batch-kl")
  @Extension
  public record BatchKl() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Optional<NDArray> kl(Distribution other) {
          return super.kl(other).map(NDArray::sum);
        }
      };
    }
  }

  /** Takes every other distribution for one of its own. */
  @Breaks("P5")
  @Named("casting-kl")
  @Extension
  public record CastingKl() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Optional<NDArray> kl(Distribution other) {
          return Optional.of(sumEvent(klTerms((Gaussian) other)));
        }
      };
    }
  }

  /** Its draws carry no gradient to the scale, and it says they do. */
  @Breaks("P6")
  @Named("detached-draw")
  @Extension
  public record DetachedDraw() implements Prior {
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
          NDArray value = epsilon.mul(deviation().stopGradient()).add(loc);
          return new Draw(value, logProb(value));
        }
      };
    }
  }

  /** Says that its draws carry no gradients, and they do. */
  @Breaks("P6")
  @Named("modest-draw")
  @Extension
  public record ModestDraw() implements Prior {
    @Override
    public boolean reparameterised() {
      return false;
    }

    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters);
    }
  }

  /** Stacks values on locations, which fails where parameters have one row. */
  @Breaks("P7")
  @Named("full-rows")
  @Extension
  public record FullRows() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public NDArray logProb(NDArray value) {
          NDArray pair = value.stack(loc);
          NDArray epsilon = pair.get(0).sub(pair.get(1)).div(deviation());
          return logDensity(epsilon, logDeviation);
        }
      };
    }
  }

  /** Its mode has the rows of the noise, not those of the parameters. */
  @Breaks("P8")
  @Named("batched-mode")
  @Extension
  public record BatchedMode() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public NDArray mode() {
          return pass.noise().normal(space.shape()).zerosLike().add(loc);
        }
      };
    }
  }

  /** Forgets to refuse levels. */
  @Breaks("P9")
  @Named("any-space")
  @Extension
  public record AnySpace() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(Space.real(event.shape()));
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, Space.real(event.shape()), parameters);
    }
  }

  /** Reads the largest scale on the host to choose a formula. */
  @Breaks("X2")
  @Named("host-scale")
  @Extension
  public record HostScale() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      Gaussian gaussian = new Gaussian(pass, event, parameters);
      if (parameters.get(1).max().toType(DataType.FLOAT32, false).getFloat() > 2) {
        gaussian.logDeviation = gaussian.logDeviation.mul(constant(gaussian.loc, 0.5));
      }
      return gaussian;
    }
  }

  /** Subtracts the mean of the batch. */
  @Breaks("X5")
  @Named("centred-batch")
  @Extension
  public record CentredBatch() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public NDArray logProb(NDArray value) {
          NDArray centred = value.sub(value.mean(new int[] {0}, true));
          return super.logProb(centred);
        }
      };
    }
  }

  /** Draws from the engine and not from the pass. */
  @Breaks("X3")
  @Named("private-dice")
  @Extension
  public record PrivateDice() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Draw draw() {
          NDArray rows = pass.noise().normal(space.shape());
          NDArray epsilon =
              pass.manager().randomNormal(rows.getShape()).toType(rows.getDataType(), false);
          NDArray value = epsilon.mul(deviation()).add(loc);
          return new Draw(value, logProb(value));
        }
      };
    }
  }
}
