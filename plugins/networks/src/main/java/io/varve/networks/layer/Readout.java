package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The last, fully connected layer: of one tower to all outputs together, or of each of T towers to
 * its own output; the latter is one product where outputs have one size.
 */
public final class Readout {
  private final List<Shape> outputs;
  private final long towers;
  private final Activation activation;
  private final List<Dense> layers = new ArrayList<>();

  /**
   * A last layer.
   *
   * @param towers 1, or as many as there are outputs
   * @param width what one tower gives it
   */
  public Readout(List<Shape> outputs, long towers, long width, LayerStyle style) {
    this.outputs = List.copyOf(outputs);
    this.towers = towers;
    this.activation = style.after();
    long first = outputs.get(0).size();
    if (towers == 1) {
      Dense.Size size = new Dense.Size(1, width, Vectors.size(outputs));
      layers.add(Dense.ofOne("output", size, style));
    } else if (outputs.stream().allMatch(shape -> shape.size() == first)) {
      layers.add(Dense.ofEach("output", new Dense.Size(towers, width, first), style));
    } else {
      for (Shape output : outputs) {
        Dense.Size size = new Dense.Size(1, width, output.size());
        layers.add(Dense.ofOne("output" + layers.size(), size, style));
      }
    }
  }

  /**
   * The outputs, in order.
   *
   * @param h [B, width] of one tower, [T, B, width] of several
   */
  public NDList apply(Reading reading, NDArray h) {
    if (towers == 1) {
      return Vectors.apart(activation.of(layers.get(0).apply(reading, h)), outputs);
    }
    if (layers.size() == 1) {
      return own(activation.of(layers.get(0).apply(reading, h)).split(towers, 0));
    }
    NDList parts = h.split(towers, 0);
    NDList results = new NDList(outputs.size());
    for (int i = 0; i < layers.size(); i++) {
      NDArray row = parts.get(i).squeeze(0);
      results.add(activation.of(layers.get(i).apply(reading, row)));
    }
    return own(results);
  }

  /** Each part as its own output. */
  private NDList own(NDList parts) {
    NDList results = new NDList(outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      results.add(parts.get(i).reshape(new Shape(-1).addAll(outputs.get(i))));
    }
    return results;
  }
}
