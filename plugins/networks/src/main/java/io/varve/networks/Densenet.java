package io.varve.networks;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.networks.layer.ImageArrays;
import io.varve.spi.Default;
import io.varve.spi.Inline;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * The network of Gatopoulos &amp; Tomczak (2021), A.3 and figure 11, on images: dense blocks with
 * channel attention and ELU, weight-normed convolutions that start from the first batch,
 * convolutions of stride 2 on the way down and transposed ones on the way up. Where the paper is
 * silent, sizes are those of their program.
 *
 * <p>It goes from the size of its input to that of its outputs: halving sides (encoder), doubling
 * them (decoder) or keeping them, one dense block before each change, whose growth doubles on the
 * way down and halves on the way up. Several outputs share all but their last channels; a vector
 * [D] is an image [D, 1, 1].
 *
 * <p>Several inputs are set side by side: at the size of the largest, which the others reach by
 * bilinear interpolation; or, with {@code branches}, at the size of the outputs, each brought there
 * by its branch.
 *
 * @param size growth and blocks
 * @param width scales every growth, also those of branches, to at least 4; 1 is the paper's
 * @param activation whether ELU follows each concatenation alone, as the authors' program has it,
 *     or also stands between the convolutions of a step and inside the attention, as the paper's
 *     text
 * @param branches what brings each input to the outputs' size, one for each input in order
 */
@Extension
@Named(
    value = "densenet",
    examples = {
      "{growth: 16, steps: 2, width: 0.5}",
      "{growth: 8, steps: 2, blocks: 2, output-kernel: 1, activation: everywhere}"
    })
public record Densenet(
    @Inline Size size,
    @Default("1") double width,
    @Default("as-program") Elu activation,
    @Default("[]") List<Branch> branches)
    implements Network {

  /** Where ELU stands. */
  public enum Elu {
    /** After each concatenation alone. */
    AS_PROGRAM,
    /** Between the convolutions of a step and inside the attention as well. */
    EVERYWHERE
  }

  /**
   * How large a network is.
   *
   * @param growth channels that a step of the first block adds; by default 16 on the way down, 128
   *     on the way up, 64 at one size
   * @param steps of a dense block; by default 8 on the way down, 6 on the way up, 5 at one size
   * @param blocks dense blocks at the outputs' size; by default 0 after a way up, 1 otherwise
   * @param outputKernel the side of the last convolution, 1 or 3; by default 1 after a way down, 3
   *     otherwise
   */
  public record Size(
      Optional<Integer> growth,
      Optional<Integer> steps,
      Optional<Integer> blocks,
      Optional<Integer> outputKernel) {

    /** Checks the keys. */
    public Size {
      require("growth", growth, 1);
      require("steps", steps, 1);
      require("blocks", blocks, 0);
      if (outputKernel.isPresent() && outputKernel.get() != 1 && outputKernel.get() != 3) {
        throw new IllegalArgumentException(
            "output-kernel: expected 1 or 3, got %d".formatted(outputKernel.get()));
      }
    }

    private static void require(String key, Optional<Integer> value, int least) {
      if (value.isPresent() && value.get() < least) {
        throw new IllegalArgumentException(
            "%s: expected at least %d, got %d".formatted(key, least, value.get()));
      }
    }

    boolean isEmpty() {
      return growth.isEmpty() && steps.isEmpty() && blocks.isEmpty() && outputKernel.isEmpty();
    }
  }

  /**
   * What brings one input to the size of the outputs: a network of the same kind, or, where {@code
   * channels} is absent, bilinear interpolation. As in the program, one on its way down ends with
   * ELU, others do not, unless it is everywhere.
   *
   * @param channels how many the network gives
   * @param size of the network
   */
  public record Branch(Optional<Integer> channels, @Inline Size size) {

    /** Checks the keys. */
    public Branch {
      if (channels.isEmpty() && !size.isEmpty()) {
        throw new IllegalArgumentException(
            "a branch without 'channels' interpolates and has no layers; add 'channels' or drop the other keys");
      }
      if (channels.isPresent() && channels.get() < 1) {
        throw new IllegalArgumentException(
            "channels: expected at least 1, got %d".formatted(channels.get()));
      }
    }
  }

  /** Checks the keys. */
  public Densenet {
    if (!(width > 0 && width <= 100)) {
      throw new IllegalArgumentException(
          "width: expected more than 0 and at most 100, got %s".formatted(width));
    }
    branches = List.copyOf(branches);
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    ImageArrays.require("densenet", inputs, outputs);
    if (!branches.isEmpty() && branches.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "'densenet' has %d branches for %d inputs; give one for each, in their order, or none"
              .formatted(branches.size(), inputs.size()));
    }
    return new DenseNetwork(this, inputs, outputs);
  }
}
