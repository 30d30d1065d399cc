package io.varve.networks;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.Convolution;
import io.varve.networks.layer.Layer;
import io.varve.networks.layer.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Densely connected steps (Huang et al., 2017) and channel attention (Zhang et al., 2018), as
 * Gatopoulos &amp; Tomczak (2021), figure 11, and their program.
 *
 * <p>A step is a convolution of 1 x 1 to four times the growth and one of 3 x 3 to the growth,
 * which is set beside what the step read; ELU goes over all of it. The attention scales each
 * channel by a sigmoid of a bottleneck of all channels' means.
 */
final class DenseBlock implements Layer {
  private static final int BOTTLENECK = 8; // channels for one of the attention, as in the program

  private final List<Convolution> narrow = new ArrayList<>();
  private final List<Convolution> wide = new ArrayList<>();
  private final Convolution squeeze;
  private final Convolution excite;
  private final boolean everywhere;
  private final long outputs;

  /**
   * A block.
   *
   * @param everywhere whether ELU also goes between the two convolutions of a step and inside the
   *     attention
   */
  DenseBlock(String name, long inputs, Size size, boolean everywhere, Consumer<Parameter> owner) {
    this.everywhere = everywhere;
    long channels = inputs;
    for (int i = 0; i < size.steps(); i++) {
      String step = name + ".step" + i;
      long growth = size.growth();
      narrow.add(Convolution.same(step + ".narrow", channels, 4 * growth, 1, owner));
      wide.add(Convolution.same(step + ".wide", 4 * growth, growth, 3, owner));
      channels += growth;
    }
    outputs = channels;
    long few = Math.max(1, channels / BOTTLENECK);
    squeeze = Convolution.same(name + ".squeeze", channels, few, 1, owner);
    excite = Convolution.same(name + ".excite", few, channels, 1, owner);
  }

  /** Growth and number of steps of a block. */
  record Size(long growth, int steps) {}

  /** How many channels it gives. */
  long outputs() {
    return outputs;
  }

  @Override
  public NDArray apply(Reading reading, NDArray input) {
    NDArray x = input;
    for (int i = 0; i < narrow.size(); i++) {
      NDArray h = between(narrow.get(i).apply(reading, x));
      NDArray y = wide.get(i).apply(reading, h);
      x = Activation.ELU.of(x.concat(y, 1));
    }
    NDArray pixels = constant(x, (double) x.getShape().slice(2).size());
    NDArray means = x.sum(new int[] {2, 3}, true).div(pixels);
    NDArray few = between(squeeze.apply(reading, means));
    return x.mul(Activation.SIGMOID.of(excite.apply(reading, few)));
  }

  private NDArray between(NDArray x) {
    return everywhere ? Activation.ELU.of(x) : x;
  }
}
