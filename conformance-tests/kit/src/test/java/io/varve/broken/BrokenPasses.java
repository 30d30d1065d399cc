package io.varve.broken;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/** Bijectors whose gradients, memory, state or loops break a rule by one believable mistake. */
public final class BrokenPasses {
  private BrokenPasses() {}

  /** It stops a gradient on the way. */
  @Breaks("X7")
  @Named("stopped-gradient")
  @Extension
  public record StoppedGradient() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray scale(Pass pass, NDArray x) {
          return super.scale(pass, x).stopGradient();
        }
      };
    }
  }

  /** It takes the root of a square for an absolute value: the slope at zero is not a number. */
  @Breaks("X7")
  @Named("root-of-square")
  @Extension
  public record RootOfSquare() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped forward(Pass pass, NDArray x, NDList context) {
          NDArray size = x.square().sqrt();
          return super.forward(pass, x.sign().mul(size), context);
        }
      };
    }
  }

  /** It makes a constant in the parent of the pass, where it stays. */
  @Breaks("X8")
  @Named("parents-leak")
  @Extension
  public record ParentsLeak() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          NDManager parent = pass.manager().getParentManager();
          return super.shift(pass, x).add(parent.zeros(event, x.getDataType()));
        }
      };
    }
  }

  /** It counts its calls and warms up with them. */
  @Breaks("X9")
  @Named("counting")
  @Extension
  public record Counting() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        private int calls;

        @Override
        NDArray shift(Pass pass, NDArray x) {
          return super.shift(pass, x).mul(constant(x, 1 - 1.0 / ++calls));
        }
      };
    }
  }

  /** It goes through the elements of an event one by one. */
  @Breaks("X10")
  @Named("unrolled")
  @Extension
  public record Unrolled() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      if (event.dimension() != 1) {
        throw new IllegalArgumentException("it maps events [D], this one has the shape " + event);
      }
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          NDArray shift = super.shift(pass, x);
          NDList columns = new NDList();
          for (long i = 0; i < event.size(); i++) {
            columns.add(shift.get(":, " + i + ":" + (i + 1)));
          }
          return NDArrays.concat(columns, 1);
        }
      };
    }
  }

  /** It counts rounds in Java, where no graph sees it. */
  @Breaks("X11")
  @Named("counts-in-java")
  @Extension
  public record CountsInJava() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        private int rounds;

        @Override
        NDArray shift(Pass pass, NDArray x) {
          rounds = 0;
          NDList state = new NDList(super.shift(pass, x));
          NDArray three = constant(x, 3);
          return pass.repeat(
                  5, state, s -> constant(x, ++rounds).lt(three), s -> new NDList(s.head().neg()))
              .head();
        }
      };
    }
  }

  /** It draws noise in the body of a loop, which a graph would draw once. */
  @Breaks("X12")
  @Named("noise-within")
  @Extension
  public record NoiseWithin() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          NDList state = new NDList(super.shift(pass, x).add(x.zerosLike()));
          NDArray small = constant(x, 1e-3);
          return pass.repeat(
                  2, state, s -> new NDList(pass.noise().normal(event).mul(small).add(s.head())))
              .head();
        }
      };
    }
  }
}
