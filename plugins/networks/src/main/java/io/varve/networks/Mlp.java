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
 * A multilayer perceptron: its inputs laid flat side by side, hidden layers, one linear layer to
 * all outputs together.
 *
 * <p>Weights start normal with the deviation of He et al. (2015) or Glorot &amp; Bengio (2010), as
 * the activation after them wants; biases start at zero.
 *
 * @param hidden the widths of the hidden layers; empty for a linear map
 * @param activation after each hidden layer
 * @param outputActivation after the last layer, on every output
 * @param dropout the share of hidden values dropped in training, 0 to less than 1
 * @param heads whether the outputs share the hidden layers or have their own
 */
@Extension
@Named(
    value = "mlp",
    examples = {
      "{hidden: [8]}",
      "{hidden: [8, 6], activation: elu, heads: twin}",
      "{hidden: [], output-activation: tanh}",
      "{hidden: [8], activation: gelu, dropout: 0.2}"
    })
public record Mlp(
    @Default("[512, 512]") List<Integer> hidden,
    @Default("relu") Activation activation,
    @Default("none") Activation outputActivation,
    @Default("0") double dropout,
    @Default("shared") Heads heads)
    implements Network {

  /** Who computes the outputs of a network that has several. */
  public enum Heads {
    /** One stack of hidden layers for all outputs. */
    SHARED,
    /** A stack for each output, computed as one batched product a layer. */
    TWIN
  }

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
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new IllegalArgumentException(
          "'mlp' needs at least one input and one output, but has %d and %d; name what it reads in 'given', or leave the network out for learned constants"
              .formatted(inputs.size(), outputs.size()));
    }
    return new Perceptron(this, inputs, outputs);
  }
}
