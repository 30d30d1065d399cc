package io.varve.networks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.varve.networks.layer.BatchNormalization;
import io.varve.networks.layer.Dense;
import io.varve.networks.layer.LayerStyle;
import io.varve.networks.layer.Reading;
import io.varve.networks.layer.Readout;
import io.varve.networks.layer.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The block of {@link Mlp}: T towers of hidden layers, T = 1 where heads are shared.
 *
 * <p>The first layer of all towers is one product [B, in] × [in, T·h], each later one a batched
 * product of [T, B, h] by [T, h, h'].
 */
final class Perceptron extends AbstractBlock {
  private final Mlp mlp;
  private final int towers;
  private final List<Shape> outputs;
  private final Optional<BatchNormalization> norm;
  private final List<Dense> hidden = new ArrayList<>();
  private final Readout readout;

  Perceptron(Mlp mlp, List<Shape> inputs, List<Shape> outputs) {
    this.mlp = mlp;
    this.outputs = List.copyOf(outputs);
    boolean twin = mlp.heads() == Mlp.Heads.TWIN && !mlp.hidden().isEmpty();
    towers = twin ? outputs.size() : 1;
    Consumer<Parameter> owner = this::addParameter;
    long width = Vectors.size(inputs);
    Shape features = new Shape(width);
    Shape scales = towers == 1 ? features : new Shape(towers).addAll(features);
    norm =
        mlp.batchNorm()
            ? Optional.of(new BatchNormalization("norm", scales, owner))
            : Optional.empty();
    LayerStyle style = new LayerStyle(mlp.initializer(), mlp.activation(), owner);
    for (int next : mlp.hidden()) {
      String name = "hidden" + hidden.size();
      Dense.Size size = new Dense.Size(towers, width, next);
      boolean each = towers > 1 && !hidden.isEmpty();
      hidden.add(each ? Dense.ofEach(name, size, style) : Dense.ofOne(name, size, style));
      width = next;
    }
    LayerStyle last = new LayerStyle(mlp.initializer(), mlp.outputActivation(), owner);
    readout = new Readout(outputs, towers, width, last);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
    Reading reading = new Reading(store, inputs.head(), training);
    NDArray h = Vectors.flat(inputs);
    if (norm.isPresent() && towers == 1) {
      h = norm.get().apply(reading, h);
    }
    for (int layer = 0; layer < hidden.size(); layer++) {
      NDArray y = layer == 0 ? first(reading, h) : hidden.get(layer).apply(reading, h);
      h = mlp.activation().of(y);
      if (mlp.dropout() > 0) {
        h = Dropout.dropout(h, (float) mlp.dropout(), training).singletonOrThrow();
      }
    }
    return readout.apply(reading, h);
  }

  private NDArray first(Reading reading, NDArray x) {
    Dense layer = hidden.get(0);
    if (norm.isEmpty() || towers == 1) {
      return layer.apply(reading, x);
    }
    BatchNormalization own = norm.get();
    NDArray standard = own.standardised(reading, x);
    return layer.apply(reading, standard, own.scale(reading), own.shift(reading));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape batch = inputs[0].slice(0, 1);
    return outputs.stream().map(batch::addAll).toArray(Shape[]::new);
  }
}
