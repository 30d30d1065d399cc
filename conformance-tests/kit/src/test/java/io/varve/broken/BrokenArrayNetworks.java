package io.varve.broken;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/** Networks with a mistake in their array code, each in a linear map that is sound without it. */
public final class BrokenArrayNetworks {
  private BrokenArrayNetworks() {}

  /** Normalises by the statistics of whatever batch it gets. */
  @Breaks("X5")
  @Named("batch-statistics")
  @Extension
  public record BatchStatistics() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.sub(y.mean(new int[] {0}, true));
        }
      };
    }
  }

  /** Skips its work for batches that look empty. */
  @Breaks({"X2", "X13"})
  @Named("peeping")
  @Extension
  public record Peeping() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.abs().sum().toType(DataType.FLOAT32, false).getFloat() == 0 ? y.zerosLike() : y;
        }
      };
    }
  }

  /** Adds a bias that gradients are kept from. */
  @Breaks({"X7", "X13"})
  @Named("detached-bias")
  @Extension
  public record DetachedBias() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        private final Parameter bias = add("bias", Initializer.ZEROS, new Shape(out));

        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.add(store.getValue(bias, y.getDevice(), training).stopGradient());
        }
      };
    }
  }

  /** Joins its inputs also where there is but one: DJL then gives a copy without a gradient. */
  @Breaks({"X7", "X13"})
  @Named("lone-concat")
  @Extension
  public record LoneConcat() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray before(NDArray x) {
          return NDArrays.concat(new NDList(x), 1);
        }
      };
    }
  }
}
