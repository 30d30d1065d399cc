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
