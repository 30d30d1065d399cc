package io.varve.networks;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.norm.Dropout;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.GroupedConvolution;
import io.varve.networks.layer.Layer;
import io.varve.networks.layer.LayerStyle;
import io.varve.networks.layer.Reading;
import io.varve.networks.layer.Scale;
import java.util.Optional;

/**
 * Two convolutions of 3 x 3 beside a shortcut (He et al., 2016, figures 2 and 3): the input itself
 * where its shape is that of the output, a convolution of 1 x 1 elsewhere, or of 2 x 2, transposed,
 * where sides double.
 */
final class ResidualBlock implements Layer {
  private final GroupedConvolution first;
  private final GroupedConvolution second;
  private final Optional<GroupedConvolution> shortcut;
  private final Activation activation;
  private final double dropout;

  /**
   * A block.
   *
   * @param dropout the share of values dropped between the convolutions
   */
  ResidualBlock(
      String name,
      Scale scale,
      GroupedConvolution.Channels channels,
      double dropout,
      LayerStyle style) {
    this.activation = style.after();
    this.dropout = dropout;
    int towers = channels.towers();
    long outputs = channels.outputs();
    var inner = new GroupedConvolution.Channels(towers, towers, outputs, outputs);
    Scale keep = Scale.KEEP;
    first = new GroupedConvolution(name + ".first", scale, 3, channels, style);
    second = new GroupedConvolution(name + ".second", keep, 3, inner, style);
    long side = scale == Scale.UP ? 2 : 1;
    shortcut =
        scale == keep && channels.equals(inner)
            ? Optional.empty()
            : Optional.of(new GroupedConvolution(name + ".shortcut", scale, side, channels, style));
  }

  @Override
  public NDArray apply(Reading reading, NDArray x) {
    NDArray h = activation.of(first.apply(reading, x));
    if (dropout > 0) {
      h = Dropout.dropout(h, (float) dropout, reading.training()).singletonOrThrow();
    }
    NDArray y = second.apply(reading, h);
    NDArray past = shortcut.map(layer -> layer.apply(reading, x)).orElse(x);
    return activation.of(y.add(past));
  }
}
