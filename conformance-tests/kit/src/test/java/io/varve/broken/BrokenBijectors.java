package io.varve.broken;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Ops;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pf4j.Extension;

/** Bijectors that each break a rule by one believable mistake. */
public final class BrokenBijectors {
  private BrokenBijectors() {}

  /** It takes images, and finds out in the first pass that it cannot map them. */
  @Breaks("B1")
  @Named("vectors-only")
  @Extension
  public record VectorsOnly() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(new Shape(event.size())) {};
    }
  }

  /** It refuses context, but with the wrong exception. */
  @Breaks("B1")
  @Named("rude")
  @Extension
  public record Rude() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      if (!context.isEmpty()) {
        throw new IllegalStateException("context is not supported");
      }
      return new Affine(event);
    }
  }

  /** It adds a small number for safety where it divides, but not where it multiplies. */
  @Breaks("B2")
  @Named("inverse-slightly-off")
  @Extension
  public record InverseSlightlyOff() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped inverse(Pass pass, NDArray y, NDList context) {
          NDArray scale = scale(pass, y);
          NDArray factor = scale.exp().add(constant(y, 1e-4));
          return new Mapped(y.sub(shift(pass, y)).div(factor), logDet(scale, y).neg());
        }
      };
    }
  }

  /** It clips what it inverts, and so loses large values. */
  @Breaks("B2")
  @Named("clipped")
  @Extension
  public record Clipped() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped inverse(Pass pass, NDArray y, NDList context) {
          return super.inverse(pass, Ops.clip(y, -6, 6), context);
        }
      };
    }
  }

  /** The log-determinant has the wrong sign. */
  @Breaks("B3")
  @Named("wrong-sign")
  @Extension
  public record WrongSign() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray logDet(NDArray scale, NDArray x) {
          return super.logDet(scale, x).neg();
        }
      };
    }
  }

  /** The inverse reports the log-determinant of the forward map. */
  @Breaks("B3")
  @Named("same-log-det")
  @Extension
  public record SameLogDet() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped inverse(Pass pass, NDArray y, NDList context) {
          Mapped mapped = super.inverse(pass, y, context);
          return new Mapped(mapped.value(), mapped.logDet().neg());
        }
      };
    }
  }

  /** It averages over the event where it should sum. */
  @Breaks("B3")
  @Named("averaged-log-det")
  @Extension
  public record AveragedLogDet() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray logDet(NDArray scale, NDArray x) {
          return super.logDet(scale, x).div(constant(x, (double) event.size()));
        }
      };
    }
  }

  /** Constants have one row, and so has the log-determinant. */
  @Breaks("B4")
  @Named("one-row-log-det")
  @Extension
  public record OneRowLogDet() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray logDet(NDArray scale, NDArray x) {
          return sumEvent(scale);
        }
      };
    }
  }

  /** It takes any context and reads none. */
  @Breaks("B5")
  @Named("ignores-context")
  @Extension
  public record IgnoresContext() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      return new Affine(event);
    }
  }

  /** It does not list its shift, which is then not saved. */
  @Breaks("B6")
  @Named("unlisted-parameter")
  @Extension
  public record UnlistedParameter() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public List<Parameter> parameters() {
          return List.of(scale);
        }
      };
    }
  }

  /** It lists a parameter that nothing reads. */
  @Breaks("B6")
  @Named("unused-parameter")
  @Extension
  public record UnusedParameter() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        private final Parameter unused = parameter("unused", event, Initializer.ZEROS);

        @Override
        public List<Parameter> parameters() {
          return List.of(scale, shift, unused);
        }
      };
    }
  }

  /** It lists its parameters in the order in which they happen to lie. */
  @Breaks("B6")
  @Named("unsteady-order")
  @Extension
  public record UnsteadyOrder() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        private final List<Parameter> order = new ArrayList<>(super.parameters());

        @Override
        public List<Parameter> parameters() {
          Collections.rotate(order, 1);
          return List.copyOf(order);
        }
      };
    }
  }

  /** It updates its running average in evaluation as well. */
  @Breaks("B7")
  @Named("always-averaging")
  @Extension
  public record AlwaysAveraging() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        private final Parameter average = buffer(event);

        @Override
        NDArray shift(Pass pass, NDArray x) {
          NDArray mean = pass.value(average);
          NDArray batch = x.stopGradient().mean(new int[] {0});
          mean.addi(batch.sub(mean).mul(constant(x, 0.1)));
          return super.shift(pass, x);
        }

        @Override
        public List<Parameter> parameters() {
          return List.of(scale, shift, average);
        }
      };
    }
  }

  /** Two factors of a product start at zero, and neither ever learns. */
  @Breaks("B8")
  @Named("dead-start")
  @Extension
  public record DeadStart() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        private final Parameter gate = parameter("gate", event, Initializer.ZEROS);
        private final Parameter other = parameter("other", event, Initializer.ZEROS);

        @Override
        NDArray shift(Pass pass, NDArray x) {
          return super.shift(pass, x).add(pass.value(gate).mul(pass.value(other)));
        }

        @Override
        public List<Parameter> parameters() {
          return List.of(scale, shift, gate, other);
        }
      };
    }
  }

  /** It starts far from the identity. */
  @Breaks("B8")
  @Named("far-start")
  @Extension
  public record FarStart() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          return super.shift(pass, x).add(constant(x, 3));
        }
      };
    }
  }

  private static Parameter buffer(Shape event) {
    Parameter buffer = Affine.parameter("average", event, Initializer.ZEROS);
    buffer.freeze(true);
    return buffer;
  }
}
