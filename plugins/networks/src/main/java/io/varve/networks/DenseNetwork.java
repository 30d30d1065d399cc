package io.varve.networks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.ImageArrays;
import io.varve.networks.layer.Layer;
import io.varve.networks.layer.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The block of {@link Densenet}: its branches, set side by side, and a tower to all outputs. */
final class DenseNetwork extends AbstractBlock {
  private final List<Shape> outputs;
  private final List<Layer> branches = new ArrayList<>();
  private final Tower core;

  DenseNetwork(Densenet keys, List<Shape> inputs, List<Shape> outputs) {
    this.outputs = List.copyOf(outputs);
    Consumer<Parameter> owner = this::addParameter;
    boolean everywhere = keys.activation() == Densenet.Elu.EVERYWHERE;
    Tower.Style style = new Tower.Style("", keys.width(), everywhere, owner);
    boolean direct = keys.branches().isEmpty();
    Shape sides = direct ? ImageArrays.largest(inputs) : ImageArrays.sides(outputs.get(0));
    long channels = 0;
    for (int i = 0; i < inputs.size(); i++) {
      Shape image = new Shape(inputs.get(i).get(0)).addAll(ImageArrays.sides(inputs.get(i)));
      if (direct || keys.branches().get(i).channels().isEmpty()) {
        branches.add((reading, x) -> ImageArrays.at(sides, x));
        channels += image.get(0);
      } else {
        Densenet.Branch branch = keys.branches().get(i);
        Shape to = new Shape(branch.channels().get()).addAll(sides);
        branches.add(branch(style.at("branch" + i), branch.size(), image, to));
        channels += to.get(0);
      }
    }
    Shape to = new Shape(ImageArrays.channels(outputs)).addAll(ImageArrays.sides(outputs.get(0)));
    core = new Tower(style, keys.size(), new Shape(channels).addAll(sides), to);
  }

  private static Layer branch(Tower.Style style, Densenet.Size size, Shape from, Shape to) {
    Tower tower = new Tower(style, size, from, to);
    boolean activated = style.everywhere() || Tower.Way.between(from, to) == Tower.Way.DOWN;
    Activation activation = activated ? Activation.ELU : Activation.NONE;
    Shape own = from.slice(1);
    return (reading, x) -> activation.of(tower.apply(reading, ImageArrays.at(own, x)));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
    Reading reading = new Reading(store, inputs.head(), training);
    NDList images = new NDList(inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      images.add(branches.get(i).apply(reading, inputs.get(i)));
    }
    NDArray y = core.apply(reading, ImageArrays.together(images));
    return ImageArrays.apart(y, outputs);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape batch = inputs[0].slice(0, 1);
    return outputs.stream().map(batch::addAll).toArray(Shape[]::new);
  }
}
