package io.varve.broken;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Named;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import org.pf4j.Extension;

/** Transforms with a mistake. */
public final class BrokenTransforms {
  private BrokenTransforms() {}

  private static Space levels(Space x, int levels) {
    requireLevels(x);
    return new Space(x.shape(), levels);
  }

  private static void requireLevels(Space x) {
    if (x.levels() < 2) {
      throw new IllegalArgumentException("needs data of at least 2 levels, not " + x.levels());
    }
  }

  /** Promises one channel and keeps all. */
  @Breaks("T1")
  @Named("forgotten-mean")
  @Extension
  public record ForgottenMean() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x;
    }

    @Override
    public Space space(Space x) {
      requireLevels(x);
      return new Space(new Shape(1).addAll(x.shape().slice(1)), x.levels());
    }
  }

  /** Drops the axis of channels, which it promises to keep as one. */
  @Breaks("T1")
  @Named("flat-channel")
  @Extension
  public record FlatChannel() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x.max(new int[] {1});
    }

    @Override
    public Space space(Space x) {
      requireLevels(x);
      if (x.shape().dimension() != 3) {
        throw new IllegalArgumentException("needs an image [C, H, W], not " + x.shape());
      }
      return new Space(new Shape(1).addAll(x.shape().slice(1)), x.levels());
    }
  }

  /** Halves values without rounding. */
  @Breaks("T2")
  @Named("unrounded")
  @Extension
  public record Unrounded() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x.mul(constant(x, 0.5));
    }

    @Override
    public Space space(Space x) {
      return levels(x, Math.max(2, x.levels() / 2));
    }
  }

  /** Rounds white up to one level too many. */
  @Breaks("T2")
  @Named("overflowing")
  @Extension
  public record Overflowing() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x.div(constant(x, space.levels() - 1)).mul(constant(x, 2)).round();
    }

    @Override
    public Space space(Space x) {
      return levels(x, 2);
    }
  }

  /** Says that it leaves 4 levels, and leaves 8. */
  @Breaks("T2")
  @Named("eight-for-four")
  @Extension
  public record EightForFour() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x.mul(constant(x, 8)).add(constant(x, 0.5)).div(constant(x, space.levels())).floor();
    }

    @Override
    public Space space(Space x) {
      return levels(x, 4);
    }
  }

  /** Dithers with noise of its own. */
  @Breaks({"T3", "X3"})
  @Named("dithering")
  @Extension
  public record Dithering() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      NDManager manager = x.getManager();
      NDArray noise = manager.randomUniform(0, 1, x.getShape(), DataType.FLOAT32);
      return x.div(constant(x, space.levels() - 1)).gt(noise).toType(x.getDataType(), false);
    }

    @Override
    public Space space(Space x) {
      return levels(x, 2);
    }
  }

  /** Compares with the image it saw before. */
  @Breaks("T3")
  @Named("differencing")
  @Extension
  public record Differencing() implements Transform {
    private static final double[] LAST = {0};

    @Override
    public NDArray apply(NDArray x, Space space) {
      double threshold = LAST[0];
      LAST[0] = x.mean().getFloat();
      return x.gt(constant(x, threshold)).toType(x.getDataType(), false);
    }

    @Override
    public Space space(Space x) {
      return levels(x, 2);
    }
  }

  /** Shrinks by two and takes odd sizes as well. */
  @Breaks("T4")
  @Named("half-size")
  @Extension
  public record HalfSize() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      Shape half = space(space).shape();
      return x.reshape(-1, half.get(0), half.get(1), 2, half.get(2), 2).get(":, :, :, 0, :, 0");
    }

    @Override
    public Space space(Space x) {
      if (x.shape().dimension() != 3) {
        throw new IllegalArgumentException("needs an image [C, H, W], not " + x.shape());
      }
      requireLevels(x);
      return new Space(
          new Shape(x.shape().get(0), x.shape().get(1) / 2, x.shape().get(2) / 2), x.levels());
    }
  }

  /** Does not say which shapes it needs. */
  @Breaks("T4")
  @Named("speechless")
  @Extension
  public record Speechless() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x.transpose(0, 1, 3, 2);
    }

    @Override
    public Space space(Space x) {
      long[] axes = x.shape().getShape();
      return new Space(new Shape(axes[0], axes[2], axes[1]), x.levels());
    }
  }

  /** Rounds quotients down that are whole for some levels, and in a graph may fall just below. */
  @Breaks("T5")
  @Named("tied")
  @Extension
  public record Tied() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      int half = space.levels() / 2;
      return x.div(constant(x, half)).floor();
    }

    @Override
    public Space space(Space x) {
      return levels(x, x.levels() % 2 == 0 ? 2 : 3);
    }
  }

  /** Inverts in the array it was given. */
  @Breaks("X4")
  @Named("in-place")
  @Extension
  public record InPlace() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x.negi().addi(constant(x, space.levels() - 1));
    }

    @Override
    public Space space(Space x) {
      return levels(x, x.levels());
    }
  }

  /** Stretches the contrast to the brightest value of the batch. */
  @Breaks("X5")
  @Named("batch-contrast")
  @Extension
  public record BatchContrast() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      NDArray middle = x.max().mul(constant(x, 0.5));
      return x.gt(middle).toType(x.getDataType(), false);
    }

    @Override
    public Space space(Space x) {
      return levels(x, 2);
    }
  }

  /** Looks for the brightest value on the host. */
  @Breaks({"X2", "X13"})
  @Named("host-threshold")
  @Extension
  public record HostThreshold() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      float middle = x.max().getFloat() / 2;
      return x.gt(constant(x, middle)).toType(x.getDataType(), false);
    }

    @Override
    public Space space(Space x) {
      return levels(x, 2);
    }
  }

  /** Treats a batch of one as a single image. */
  @Breaks("T1")
  @Named("squeezing")
  @Extension
  public record Squeezing() implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return x.getShape().get(0) == 1 ? x.squeeze(0) : x;
    }

    @Override
    public Space space(Space x) {
      return levels(x, x.levels());
    }
  }
}
