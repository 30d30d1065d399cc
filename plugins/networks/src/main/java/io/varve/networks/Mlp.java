package io.varve.networks;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.Initialization;
import io.varve.networks.layer.Vectors;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/**
 * A multilayer perceptron: its inputs laid flat side by side, hidden layers, one linear layer to
 * all outputs together.
 *
 * @param hidden the widths of the hidden layers; empty for a linear map
 * @param activation after each hidden layer
 * @param outputActivation after the last layer, on every output
 * @param dropout the share of hidden values dropped in training, 0 to less than 1
 * @param heads whether the outputs share the hidden layers or have their own; without hidden layers
 *     there is nothing to share
 * @param batchNorm whether each number of the input is normalised over the batch, before the first
 *     layer: standardised once for all heads, then scaled and shifted by each head that has hidden
 *     layers of its own
 * @param initializer how weights and biases start
 */
@Extension
@Named(
    value = "mlp",
    examples = {
      "{hidden: [8]}",
      "{hidden: [8, 6], activation: elu, heads: twin}",
      "{hidden: [], output-activation: tanh}",
      "{hidden: [8], activation: gelu, dropout: 0.2}",
      "{hidden: [8], batch-norm: true, initializer: glorot-normal}",
      "{hidden: [8, 6], activation: tanh, heads: twin, batch-norm: true}"
    })
public record Mlp(
    @Default("[512, 512]") List<Integer> hidden,
    @Default("relu") Activation activation,
    @Default("none") Activation outputActivation,
    @Default("0") double dropout,
    @Default("shared") Heads heads,
    @Default("false") boolean batchNorm,
    @Default("as-activation") Initialization initializer)
    implements Network {

  /** Who computes the outputs of a network that has several. */
  public enum Heads {
    /** One stack of hidden layers for all outputs. */
    SHARED,
    /** A stack for each output, computed as one batched product a layer. */
    TWIN
  }

  /** Checks the keys. */
  public Mlp {
    hidden = List.copyOf(hidden);
    for (int width : hidden) {
      if (width < 1) {
        throw new IllegalArgumentException(
            "hidden: every layer needs a width of at least 1, but they are %s".formatted(hidden));
      }
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "dropout: expected at least 0 and less than 1, got %s".formatted(dropout));
    }
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    Vectors.require("mlp", inputs, outputs);
    return new Perceptron(this, inputs, outputs);
  }
}
