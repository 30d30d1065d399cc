package io.varve.networks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.networks.layer.Convolution;
import io.varve.networks.layer.ImageArrays;
import io.varve.networks.layer.Layer;
import io.varve.networks.layer.Reading;
import io.varve.networks.layer.TransposedConvolution;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Dense blocks from images of one size to images of another: the encoder, decoder and network of
 * the program of Gatopoulos &amp; Tomczak (2021).
 */
final class Tower implements Layer {
  private final List<Layer> layers = new ArrayList<>();
  private final Style style;
  private long channels;

  /** What the layers of a tower have in common, and who owns their parameters. */
  record Style(String name, double width, boolean everywhere, Consumer<Parameter> owner) {
    /** The same for a part. */
    Style at(String part) {
      return new Style(name + part + ".", width, everywhere, owner);
    }
  }

  /**
   * A tower.
   *
   * @param from the shape it reads, [C, H, W]
   * @param to the shape it gives, [C, H, W]
   * @throws IllegalArgumentException if halving or doubling sides does not lead from one to the
   *     other
   */
  Tower(Style style, Densenet.Size size, Shape from, Shape to) {
    this.style = style;
    this.channels = from.get(0);
    Way way = Way.between(from, to);
    int scales = Way.scales(from, to);
    int steps = size.steps().orElse(way.steps);
    long growth = scaled(size.growth().orElse(way.growth), style.width());
    for (int i = 0; i < scales; i++) {
      dense("scale" + i, growth, steps);
      scale("scale" + i + ".change", way);
      growth = way == Way.DOWN ? 2 * growth : Math.max(1, growth / 2);
    }
    for (int i = 0; i < size.blocks().orElse(way.blocks); i++) {
      dense("block" + i, growth, steps);
    }
    int side = size.outputKernel().orElse(way.outputKernel);
    String name = style.name() + "output";
    layers.add(Convolution.same(name, channels, to.get(0), side, style.owner()));
  }

  private void dense(String name, long growth, int steps) {
    DenseBlock.Size size = new DenseBlock.Size(growth, steps);
    String full = style.name() + name;
    DenseBlock block = new DenseBlock(full, channels, size, style.everywhere(), style.owner());
    layers.add(block);
    channels = block.outputs();
  }

  private void scale(String name, Way way) {
    long next = way == Way.DOWN ? 2 * channels : Math.max(1, channels / 2);
    String full = style.name() + name;
    layers.add(
        way == Way.DOWN
            ? Convolution.down(full, channels, next, style.owner())
            : new TransposedConvolution(full, channels, next, style.owner()));
    channels = next;
  }

  /** A growth scaled by a width, to no less than 4 unless it was less before. */
  private static long scaled(long growth, double width) {
    return Math.max(Math.min(4, growth), Math.round(growth * width));
  }

  @Override
  public NDArray apply(Reading reading, NDArray input) {
    NDArray x = ImageArrays.channelsLast(input);
    for (Layer layer : layers) {
      x = layer.apply(reading, x);
    }
    return x;
  }

  /** Where a tower goes, and the sizes of the authors' program on that way. */
  enum Way {
    /** Sides halve, rounding up: the encoder of the flat VAE. */
    DOWN(16, 8, 1, 1),
    /** Sides double: its decoder. */
    UP(128, 6, 0, 3),
    /** Sides stay: the couplings of its RealNVP. */
    LEVEL(64, 5, 1, 3);

    private final int growth;
    private final int steps;
    private final int blocks;
    private final int outputKernel;

    Way(int growth, int steps, int blocks, int outputKernel) {
      this.growth = growth;
      this.steps = steps;
      this.blocks = blocks;
      this.outputKernel = outputKernel;
    }

    static Way between(Shape from, Shape to) {
      long change = to.slice(1).size() - from.slice(1).size();
      return change == 0 ? LEVEL : change < 0 ? DOWN : UP;
    }

    /** How often sides double or halve. */
    static int scales(Shape from, Shape to) {
      Way way = between(from, to);
      long height = from.get(1);
      long width = from.get(2);
      int scales = 0;
      while (way == DOWN ? height > to.get(1) : height < to.get(1)) {
        height = way == DOWN ? (height + 1) / 2 : 2 * height;
        width = way == DOWN ? (width + 1) / 2 : 2 * width;
        scales++;
      }
      if (height != to.get(1) || width != to.get(2)) {
        throw new IllegalArgumentException(
            "'densenet' halves or doubles the sides of images, which does not lead from %s to %s; choose other sizes"
                .formatted(from.slice(1), to.slice(1)));
      }
      return scales;
    }
  }
}
