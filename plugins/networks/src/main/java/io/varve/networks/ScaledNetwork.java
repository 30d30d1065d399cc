package io.varve.networks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.BatchNormalization;
import io.varve.networks.layer.Dense;
import io.varve.networks.layer.GroupedConvolution;
import io.varve.networks.layer.GroupedConvolution.Channels;
import io.varve.networks.layer.ImageArrays;
import io.varve.networks.layer.Layer;
import io.varve.networks.layer.LayerStyle;
import io.varve.networks.layer.Reading;
import io.varve.networks.layer.Readout;
import io.varve.networks.layer.Scale;
import io.varve.networks.layer.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The block of a {@link Resnet} with scales: T towers, T = 1 where heads are shared. */
final class ScaledNetwork extends AbstractBlock {
  private final Resnet keys;
  private final Ends ends;
  private final int towers;
  private final Optional<Dense> front;
  private final List<Layer> layers = new ArrayList<>();
  private final Optional<Readout> vectors;

  /**
   * Where a network begins and ends.
   *
   * @param from the image that the first residual block reads, [C, H, W]
   * @param sides of the image that the last one gives, [H, W]
   * @param features numbers of the inputs, where all are vectors
   */
  record Ends(Shape from, Shape sides, Optional<Long> features, List<Shape> outputs) {
    /**
     * Those of a network with such inputs and outputs.
     *
     * @throws IllegalArgumentException if the scales do not lead from the inputs to the outputs
     */
    static Ends of(Resnet keys, List<Shape> inputs, List<Shape> outputs) {
      ImageArrays.require("resnet", inputs, outputs);
      requireOneKind(keys, outputs);
      boolean vectors = outputs.get(0).dimension() == 1;
      if (inputs.stream().anyMatch(shape -> shape.dimension() == 3)) {
        Shape largest = ImageArrays.largest(inputs);
        Shape from = new Shape(ImageArrays.channels(inputs)).addAll(largest);
        Shape sides = new Shape(after(keys, largest.get(0)), after(keys, largest.get(1)));
        if (!vectors && !sides.equals(ImageArrays.sides(outputs.get(0)))) {
          throw unreachable(keys, largest, outputs);
        }
        return new Ends(from, sides, Optional.empty(), outputs);
      }
      Shape sides = ImageArrays.sides(outputs.get(0));
      Shape start = new Shape(before(keys, sides.get(0)), before(keys, sides.get(1)));
      boolean exact =
          after(keys, start.get(0)) == sides.get(0) && after(keys, start.get(1)) == sides.get(1);
      if (vectors || !exact) {
        throw unreachable(keys, new Shape(1, 1), outputs);
      }
      Shape from = new Shape(keys.filters().get(0)).addAll(start);
      return new Ends(from, sides, Optional.of(Vectors.size(inputs)), outputs);
    }

    private static void requireOneKind(Resnet keys, List<Shape> outputs) {
      Shape first = outputs.get(0);
      boolean mixed = outputs.stream().anyMatch(s -> s.dimension() != first.dimension());
      boolean twin = keys.heads() == Mlp.Heads.TWIN && first.dimension() == 3;
      if (mixed || (twin && outputs.stream().anyMatch(s -> !s.equals(first)))) {
        throw new IllegalArgumentException(
            "'resnet' with scales gives vectors or images, and images of one shape with 'heads: twin', not %s"
                .formatted(outputs));
      }
    }

    private static IllegalArgumentException unreachable(
        Resnet keys, Shape from, List<Shape> outputs) {
      return new IllegalArgumentException(
          "'resnet' cannot go from images of %s to %s by the scales %s; choose other scales, or 'mlp' for vectors alone"
              .formatted(from, outputs, keys.scales()));
    }

    private static long after(Resnet keys, long side) {
      long now = side;
      for (Scale scale : keys.scales()) {
        now = scale == Scale.DOWN ? (now + 1) / 2 : scale == Scale.UP ? 2 * now : now;
      }
      return now;
    }

    /** The side from which the scales lead to this one, if any does. */
    private static long before(Resnet keys, long side) {
      double now = side;
      for (Scale scale : keys.scales()) {
        now *= scale == Scale.DOWN ? 2 : scale == Scale.UP ? 0.5 : 1;
      }
      return Math.max(1, (long) now);
    }

    boolean giveVectors() {
      return outputs.get(0).dimension() == 1;
    }
  }

  ScaledNetwork(Resnet keys, Ends ends) {
    this.keys = keys;
    this.ends = ends;
    boolean twin = keys.heads() == Mlp.Heads.TWIN && ends.outputs().size() > 1;
    towers = twin ? ends.outputs().size() : 1;
    Consumer<Parameter> owner = this::addParameter;
    LayerStyle style = new LayerStyle(keys.initializer(), keys.activation(), owner);
    front =
        ends.features()
            .map(n -> new Dense.Size(1, n, towers * ends.from().size()))
            .map(size -> Dense.ofOne("front", size, style));
    long channels = addBlocks(style);
    LayerStyle last = new LayerStyle(keys.initializer(), Activation.NONE, owner);
    if (ends.giveVectors()) {
      long width = channels * ends.sides().size();
      vectors = Optional.of(new Readout(ends.outputs(), towers, width, last));
    } else {
      vectors = Optional.empty();
      long outputs = ImageArrays.channels(ends.outputs()) / towers;
      Channels all = new Channels(towers, towers, channels, outputs);
      layers.add(new GroupedConvolution("output", Scale.KEEP, 3, all, last));
    }
  }

  /**
   * Adds the residual blocks and what stands between them; says how many channels a tower gives.
   */
  private long addBlocks(LayerStyle style) {
    int groups = front.isPresent() ? towers : 1;
    long channels = ends.from().get(0);
    for (int i = 0; i < keys.scales().size(); i++) {
      long filters = keys.filters().get(i);
      for (int j = 0; j < keys.blocks().orElse(1); j++) {
        String name = "scale" + i + ".block" + j;
        if (!layers.isEmpty()) {
          layers.add(new BatchNormalization(name + ".norm", towers * channels, style.owner()));
        }
        Scale scale = j == 0 ? keys.scales().get(i) : Scale.KEEP;
        Channels each = new Channels(towers, groups, channels, filters);
        layers.add(new ResidualBlock(name, scale, each, keys.dropout(), style));
        groups = towers;
        channels = filters;
      }
    }
    return channels;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
    Reading reading = new Reading(store, inputs.head(), training);
    NDArray x = begin(reading, inputs);
    for (Layer layer : layers) {
      x = layer.apply(reading, x);
    }
    if (vectors.isEmpty()) {
      return ImageArrays.apart(x, ends.outputs());
    }
    long each = x.getShape().slice(1).size() / towers;
    NDArray rows = towers == 1 ? x.reshape(-1, each) : x.reshape(-1, towers, each);
    return vectors.get().apply(reading, towers == 1 ? rows : rows.transpose(1, 0, 2));
  }

  private NDArray begin(Reading reading, NDList inputs) {
    if (front.isPresent()) {
      Shape from = ends.from();
      NDArray y = keys.activation().of(front.get().apply(reading, Vectors.flat(inputs)));
      return y.reshape(-1, towers * from.get(0), from.get(1), from.get(2));
    }
    NDList images = new NDList(inputs.size());
    inputs.forEach(x -> images.add(ImageArrays.at(ends.from().slice(1), x)));
    return ImageArrays.together(images);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape batch = inputs[0].slice(0, 1);
    return ends.outputs().stream().map(batch::addAll).toArray(Shape[]::new);
  }
}
