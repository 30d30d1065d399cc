package io.varve.networks;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/**
 * A residual network on images of one size, for couplings (Dinh et al., 2017, section 3.4): a
 * convolution of 3 x 3, residual blocks of two more (He et al., 2016, with the activation before
 * each convolution), the activation and a convolution of 1 x 1 to all outputs. All are
 * weight-normed and start from the first batch, as in {@code densenet}.
 *
 * <p>Several inputs are set side by side; those of another size are brought to the outputs' by
 * bilinear interpolation. A vector [D] is an image [D, 1, 1].
 *
 * @param filters channels between the convolutions
 * @param blocks residual blocks; Dinh et al. (2017) take 8 or 4
 * @param activation before each convolution but the first
 */
@Extension
@Named(
    value = "resnet",
    examples = {
      "{filters: 6, blocks: 1}",
      "{filters: 4, blocks: 2, activation: elu}",
      "{filters: 4, blocks: 0}"
    })
public record Resnet(
    @Default("64") int filters, @Default("4") int blocks, @Default("relu") Activation activation)
    implements Network {

  /** Checks the keys. */
  public Resnet {
    if (filters < 1) {
      throw new IllegalArgumentException("filters: expected at least 1, got %d".formatted(filters));
    }
    if (blocks < 0) {
      throw new IllegalArgumentException("blocks: expected at least 0, got %d".formatted(blocks));
    }
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    Images.require("resnet", inputs, outputs);
    return new ResidualNetwork(this, inputs, outputs);
  }
}
