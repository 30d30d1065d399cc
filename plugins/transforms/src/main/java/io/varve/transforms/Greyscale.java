package io.varve.transforms;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Named;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import org.pf4j.Extension;

/**
 * The luma 0.299 R + 0.587 G + 0.114 B of ITU-R BT.601, rounded to the nearest level, a tie
 * upwards: [3, H, W] becomes [1, H, W].
 */
@Extension
@Named("greyscale")
public record Greyscale() implements Transform {
  @Override
  public NDArray apply(NDArray x, Space space) {
    requireColour(space);
    NDList rgb = x.split(new long[] {1, 2}, 1);
    NDArray thousandths =
        weighted(rgb.get(0), 299).add(weighted(rgb.get(1), 587)).add(weighted(rgb.get(2), 114));
    // a whole number of thousandths: half a one more keeps rounding the same on every machine
    return thousandths.add(constant(x, 500.5)).div(constant(x, 1000)).floor();
  }

  private static NDArray weighted(NDArray channel, int weight) {
    return channel.mul(constant(channel, weight));
  }

  @Override
  public Space space(Space x) {
    requireColour(x);
    return new Space(new Shape(1).addAll(x.shape().slice(1)), x.levels());
  }

  private static void requireColour(Space x) {
    if (x.shape().dimension() != 3 || x.shape().get(0) != 3) {
      throw new IllegalArgumentException(
          "'greyscale' needs an image [3, H, W], but the variable has the shape %s"
              .formatted(x.shape()));
    }
    if (x.levels() == 0) {
      throw new IllegalArgumentException(
          "'greyscale' needs a variable on a grid of levels, but this one has real values");
    }
  }
}
