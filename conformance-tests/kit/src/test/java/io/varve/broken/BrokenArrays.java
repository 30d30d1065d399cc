package io.varve.broken;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.Arrays;
import java.util.List;
import org.pf4j.Extension;

/** Bijectors whose array code breaks a rule by one believable mistake. */
public final class BrokenArrays {
  private BrokenArrays() {}

  /** It keeps a mask as a plain array, which no graph knows. */
  @Breaks("X1")
  @Named("plain-array")
  @Extension
  public record PlainArray() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      double[] mask = new double[(int) event.size()];
      Arrays.setAll(mask, i -> i % 2);
      NDManager keeper = NDManager.newBaseManager();
      NDArray kept = keeper.create(mask, event).toType(DataType.FLOAT32, true);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          return super.shift(pass, x).mul(kept.toType(x.getDataType(), false));
        }
      };
    }
  }

  /** It knows that one row is the mean of one row. */
  @Breaks({"X1", "X2"})
  @Named("single-row")
  @Extension
  public record SingleRow() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped forward(Pass pass, NDArray x, NDList context) {
          Mapped mapped = super.forward(pass, x, context);
          return x.size(0) == 1 ? new Mapped(mapped.value(), mapped.logDet().squeeze()) : mapped;
        }
      };
    }
  }

  /** It looks at a value to skip some work. */
  @Breaks("X2")
  @Named("host-read")
  @Extension
  public record HostRead() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray scale(Pass pass, NDArray x) {
          NDArray scale = super.scale(pass, x);
          double largest = scale.toType(DataType.FLOAT32, false).abs().max().getFloat();
          return largest > 5 ? scale.mul(constant(x, 5 / largest)) : scale;
        }
      };
    }
  }

  /** It maps one row after another. */
  @Breaks("X2")
  @Named("row-by-row")
  @Extension
  public record RowByRow() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped forward(Pass pass, NDArray x, NDList context) {
          NDList values = new NDList();
          for (long row = 0; row < x.size(0); row++) {
            values.add(super.forward(pass, x.get(row).expandDims(0), context).value());
          }
          return new Mapped(NDArrays.concat(values, 0), logDet(scale(pass, x), x));
        }
      };
    }
  }

  /** It dithers with random numbers of its own. */
  @Breaks("X3")
  @Named("own-dice")
  @Extension
  public record OwnDice() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          NDArray dither = x.getManager().randomNormal(0, 1e-3f, x.getShape(), x.getDataType());
          return super.shift(pass, x).add(dither);
        }
      };
    }
  }

  /** It saves memory by scaling its argument in place. */
  @Breaks("X4")
  @Named("in-place")
  @Extension
  public record InPlace() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped forward(Pass pass, NDArray x, NDList context) {
          NDArray scale = scale(pass, x);
          return new Mapped(x.muli(scale.exp()).add(shift(pass, x)), logDet(scale, x));
        }
      };
    }
  }

  /** It centres every batch by its own mean, in evaluation too. */
  @Breaks("X5")
  @Named("batch-mean")
  @Extension
  public record BatchMean() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          return super.shift(pass, x).sub(x.mean(new int[] {0}, true).mul(constant(x, 0.1)));
        }
      };
    }
  }

  /** It computes in single precision whatever it is given. */
  @Breaks("X6")
  @Named("single-precision")
  @Extension
  public record SinglePrecision() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        public Mapped forward(Pass pass, NDArray x, NDList context) {
          NDArray single = x.toType(DataType.FLOAT32, false);
          NDArray scale = scale(pass, x).toType(DataType.FLOAT32, false);
          NDArray shift = shift(pass, x).toType(DataType.FLOAT32, false);
          return new Mapped(single.mul(scale.exp()).add(shift), logDet(scale, single));
        }
      };
    }
  }

  /** A constant of doubles makes everything double. */
  @Breaks("X6")
  @Named("double-constant")
  @Extension
  public record DoubleConstant() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          return super.shift(pass, x).add(x.getManager().create(new double[] {0.25}));
        }
      };
    }
  }

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

  /** It multiplies by a Number, whose buffer may be gone when gradients are computed. */
  @Breaks("J3")
  @Named("number-operand")
  @Extension
  public record NumberOperand() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      Affine.refuse(context);
      return new Affine(event) {
        @Override
        NDArray shift(Pass pass, NDArray x) {
          return super.shift(pass, x).mul(0.5f);
        }
      };
    }
  }
}
