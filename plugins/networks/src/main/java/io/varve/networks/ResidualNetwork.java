package io.varve.networks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.Convolution;
import io.varve.networks.layer.ImageArrays;
import io.varve.networks.layer.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The block of a {@link Resnet} without scales. */
final class ResidualNetwork extends AbstractBlock {
  private static final int BLOCKS = 4; // Dinh et al. (2017), on images of 64 x 64

  private final Activation activation;
  private final double dropout;
  private final List<Shape> outputs;
  private final Convolution first;
  private final List<Convolution> residual = new ArrayList<>();
  private final Convolution last;

  ResidualNetwork(Resnet keys, List<Shape> inputs, List<Shape> outputs) {
    this.activation = keys.activation();
    this.dropout = keys.dropout();
    this.outputs = List.copyOf(outputs);
    long filters = keys.filters().get(0);
    Consumer<Parameter> owner = this::addParameter;
    first = Convolution.same("first", ImageArrays.channels(inputs), filters, 3, owner);
    for (int i = 0; i < keys.blocks().orElse(BLOCKS); i++) {
      residual.add(Convolution.same("block" + i + ".first", filters, filters, 3, owner));
      residual.add(Convolution.same("block" + i + ".second", filters, filters, 3, owner));
    }
    last = Convolution.same("output", filters, ImageArrays.channels(outputs), 1, owner);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
    Reading reading = new Reading(store, inputs.head(), training);
    NDList images = new NDList(inputs.size());
    inputs.forEach(x -> images.add(ImageArrays.at(ImageArrays.sides(outputs.get(0)), x)));
    NDArray x = first.apply(reading, ImageArrays.together(images));
    for (int i = 0; i < residual.size(); i += 2) {
      NDArray h = residual.get(i).apply(reading, activation.of(x));
      h = activation.of(h);
      if (dropout > 0) {
        h = Dropout.dropout(h, (float) dropout, training).singletonOrThrow();
      }
      x = residual.get(i + 1).apply(reading, h).add(x);
    }
    return ImageArrays.apart(last.apply(reading, activation.of(x)), outputs);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape batch = inputs[0].slice(0, 1);
    return outputs.stream().map(batch::addAll).toArray(Shape[]::new);
  }
}
