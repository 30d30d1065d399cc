package io.varve.broken;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.varve.spi.Distribution;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/** Likelihoods with one mistake each about the grid: its edges, its levels, its far ends. */
public final class BrokenScores {
  private BrokenScores() {}

  /** Scores a value off the grid as the nearest level. */
  @Breaks("L4")
  @Named("rounding-score")
  @Extension
  public record RoundingScore() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public NDArray logProb(NDArray value) {
          return super.logProb(clip(value.round(), 0, levels - 1.0));
        }
      };
    }
  }

  /** Scores values off the grid by the logarithm of zero times zero. */
  @Breaks("L4")
  @Named("undefined-score")
  @Extension
  public record UndefinedScore() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public NDArray logProb(NDArray value) {
          NDArray off = value.neq(clip(value.floor(), 0, levels - 1.0));
          NDArray infinite =
              off.toType(DataType.FLOAT32, false).neg().add(constant(value, 1)).log();
          return super.logProb(value).sub(sumEvent(infinite));
        }
      };
    }
  }

  /** Shows the mean, which lies between levels, as the mode. */
  @Breaks("L5")
  @Named("mean-mode")
  @Extension
  public record MeanMode() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public NDArray mode() {
          return mean();
        }
      };
    }
  }

  /** A mean in units of [-1, 1]. */
  @Breaks("L5")
  @Named("signed-mean")
  @Extension
  public record SignedMean() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public NDArray mean() {
          NDArray right = super.mean();
          return right.mul(constant(right, 2 / (levels - 1.0))).sub(constant(right, 1));
        }
      };
    }
  }

  /** Takes every variable to have 256 levels. */
  @Breaks("L6")
  @Named("always-256")
  @Extension
  public record Always256() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event, 256);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, 256, parameters.head());
    }
  }

  /** Leaves it to the caller to scale values to [0, 1]. */
  @Breaks("L6")
  @Named("unit-values")
  @Extension
  public record UnitValues() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        NDArray level(NDArray u) {
          NDArray level = super.level(u);
          return level.div(constant(level, levels - 1.0));
        }

        @Override
        public NDArray logProb(NDArray value) {
          return super.logProb(value.mul(constant(value, levels - 1.0)));
        }
      };
    }
  }

  /** The logarithm of a softmax, minus infinity where it underflows. */
  @Breaks("L7")
  @Named("naive-masses")
  @Extension
  public record NaiveMasses() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        NDArray logMasses() {
          return logits.softmax(logits.getShape().dimension() - 1).log();
        }
      };
    }
  }

  /** Normalises over the batch. */
  @Breaks("X5")
  @Named("per-batch-masses")
  @Extension
  public record PerBatchMasses() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public NDArray logProb(NDArray value) {
          NDArray right = super.logProb(value);
          return right.sub(right.max(new int[] {0}, true));
        }
      };
    }
  }
}
