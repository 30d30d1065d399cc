package io.varve.networks;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.ImageArrays;
import io.varve.networks.layer.Initialization;
import io.varve.networks.layer.Scale;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * A residual network on images, in two forms. Several inputs are set side by side; those of another
 * size are brought there by bilinear interpolation, and a vector [D] is an image [D, 1, 1].
 *
 * <p>With {@code scales} it is the encoder or decoder of Apostolopoulou et al. (2021), section 8:
 * residual blocks (He et al., 2016) of two convolutions of 3 x 3, each of which halves, keeps or
 * doubles the image's sides, the last by transposed convolution, with batch normalisation between
 * the blocks. Vectors are given by a fully connected layer at the end; where all inputs are vectors
 * there is one in front.
 *
 * <p>Without, it is the network of couplings (Dinh et al., 2017, section 3.4), on images of one
 * size: a convolution of 3 x 3, residual blocks of two more with the activation before each, the
 * activation and a convolution of 1 x 1 to all outputs. All are weight-normed and start from the
 * first batch, as in {@code densenet}.
 *
 * @param filters channels, at each of the scales; one number without scales
 * @param scales what each residual block does to the image's sides
 * @param blocks residual blocks at each of the scales, by default 1, of which the later keep the
 *     sides; without scales all blocks, by default 4 (Dinh et al. take 8 or 4)
 * @param activation in the residual blocks
 * @param dropout the share of values dropped in training between the two convolutions of a block
 * @param heads with scales, whether the outputs share all layers or have a network each, computed
 *     as one grouped convolution a layer
 * @param initializer with scales, how weights and biases start
 */
@Extension
@Named(
    value = "resnet",
    examples = {
      "{filters: [6], blocks: 1}",
      "{filters: [4], blocks: 2, activation: elu, dropout: 0.1}",
      "{filters: [4], blocks: 0}",
      "{filters: [3, 4], scales: [down, down], activation: elu, initializer: glorot-normal}",
      "{filters: [4, 3], scales: [up, up], activation: elu, blocks: 2, dropout: 0.1}",
      "{filters: [3, 4], scales: [down, keep], activation: elu, heads: twin}"
    })
public record Resnet(
    @Default("[64]") List<Integer> filters,
    @Default("[]") List<Scale> scales,
    Optional<Integer> blocks,
    @Default("relu") Activation activation,
    @Default("0") double dropout,
    @Default("shared") Mlp.Heads heads,
    @Default("as-activation") Initialization initializer)
    implements Network {

  /** Checks the keys. */
  public Resnet {
    filters = List.copyOf(filters);
    scales = List.copyOf(scales);
    if (filters.stream().anyMatch(channels -> channels < 1)) {
      throw new IllegalArgumentException(
          "filters: expected at least 1 each, got %s".formatted(filters));
    }
    if (filters.size() != Math.max(1, scales.size())) {
      throw new IllegalArgumentException(
          "filters: expected one number for each of the scales %s, or one without scales, got %s"
              .formatted(scales, filters));
    }
    int least = scales.isEmpty() ? 0 : 1;
    if (blocks.isPresent() && blocks.get() < least) {
      throw new IllegalArgumentException(
          "blocks: expected at least %d, got %d".formatted(least, blocks.get()));
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "dropout: expected at least 0 and less than 1, got %s".formatted(dropout));
    }
    boolean plain = heads == Mlp.Heads.SHARED && initializer == Initialization.AS_ACTIVATION;
    if (scales.isEmpty() && !plain) {
      throw new IllegalArgumentException(
          "'heads' and 'initializer' are keys of a 'resnet' with 'scales'; add 'scales' or drop them");
    }
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    if (scales.isEmpty()) {
      ImageArrays.require("resnet", inputs, outputs);
      return new ResidualNetwork(this, inputs, outputs);
    }
    return new ScaledNetwork(this, ScaledNetwork.Ends.of(this, inputs, outputs));
  }
}
