package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** Inputs and outputs of a network on images; a vector [D] is an image [D, 1, 1]. */
public final class ImageArrays {
  private static final int BILINEAR = 1;

  private ImageArrays() {}

  /** Refuses what are no images, and outputs of several sizes. */
  public static void require(String network, List<Shape> inputs, List<Shape> outputs) {
    Vectors.require(network, inputs, outputs);
    requireImages(network, "reads", inputs);
    requireImages(network, "gives", outputs);
    for (Shape output : outputs) {
      if (!sides(output).equals(sides(outputs.get(0)))) {
        throw new IllegalArgumentException(
            "'%s' gives images of one size, not %s".formatted(network, outputs));
      }
    }
  }

  private static void requireImages(String network, String verb, List<Shape> shapes) {
    for (Shape shape : shapes) {
      if (shape.dimension() != 3 && shape.dimension() != 1) {
        throw new IllegalArgumentException(
            "'%s' %s images [C, H, W] or vectors [D], not %s; use 'mlp'"
                .formatted(network, verb, shape));
      }
    }
  }

  /** [H, W]. */
  public static Shape sides(Shape image) {
    return image.dimension() == 1 ? new Shape(1, 1) : image.slice(1);
  }

  /** The largest [H, W]. */
  public static Shape largest(List<Shape> images) {
    Shape largest = sides(images.get(0));
    for (Shape image : images) {
      largest = sides(image).size() > largest.size() ? sides(image) : largest;
    }
    return largest;
  }

  /** Channels of all together. */
  public static long channels(List<Shape> images) {
    return images.stream().mapToLong(image -> image.get(0)).sum();
  }

  /** x as [B, C, H, W] with these sides, by bilinear interpolation where it has others. */
  public static NDArray at(Shape sides, NDArray x) {
    NDArray image = x.getShape().dimension() == 2 ? x.expandDims(2).expandDims(3) : x;
    return sides(image.getShape().slice(1)).equals(sides)
        ? image
        : image.getNDArrayInternal().interpolation(sides.getShape(), BILINEAR, false);
  }

  /**
   * The same images with the channels of a pixel side by side in memory, as libtorch then keeps
   * what is computed of them: large convolutions take two thirds of the time.
   */
  public static NDArray channelsLast(NDArray x) {
    Shape shape = x.getShape();
    NDArray pixels = x.transpose(0, 2, 3, 1).reshape(-1, shape.slice(1).size());
    return pixels.reshape(-1, shape.get(2), shape.get(3), shape.get(1)).transpose(0, 3, 1, 2);
  }

  /** Images of one size side by side. */
  public static NDArray together(NDList images) {
    return images.size() == 1 ? images.head() : NDArrays.concat(images, 1);
  }

  /** Cuts [B, channels of all, H, W] into the outputs. */
  public static NDList apart(NDArray y, List<Shape> outputs) {
    long[] ends = new long[outputs.size() - 1];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += outputs.get(i).get(0);
      ends[i] = end;
    }
    NDList parts = ends.length == 0 ? new NDList(y) : y.split(ends, 1);
    NDList all = new NDList(outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      boolean vector = outputs.get(i).dimension() == 1;
      all.add(vector ? parts.get(i).reshape(-1, outputs.get(i).get(0)) : parts.get(i));
    }
    return all;
  }
}
