package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** Inputs and outputs of a network as rows of numbers. */
public final class Vectors {
  private Vectors() {}

  /** Refuses to read or to give nothing. */
  public static void require(String network, List<Shape> inputs, List<Shape> outputs) {
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' needs at least one input and one output, but has %d and %d; name what it reads in 'given', or leave the network out for learned constants"
              .formatted(network, inputs.size(), outputs.size()));
    }
  }

  /** Numbers of all together. */
  public static long size(List<Shape> shapes) {
    return shapes.stream().mapToLong(Shape::size).sum();
  }

  /** Every array as [B, size], side by side. */
  public static NDArray flat(NDList arrays) {
    NDList flat = new NDList(arrays.size());
    for (NDArray x : arrays) {
      boolean rows = x.getShape().dimension() == 2;
      flat.add(rows ? x : x.reshape(-1, x.getShape().slice(1).size()));
    }
    return flat.size() == 1 ? flat.head() : NDArrays.concat(flat, 1);
  }

  /** Cuts [B, sum of sizes] into arrays of these shapes. */
  static NDList apart(NDArray y, List<Shape> shapes) {
    long[] ends = new long[shapes.size() - 1];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += shapes.get(i).size();
      ends[i] = end;
    }
    NDList parts = y.split(ends, 1);
    NDList all = new NDList(shapes.size());
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      NDArray part = parts.get(i);
      all.add(shape.dimension() == 1 ? part : part.reshape(new Shape(-1).addAll(shape)));
    }
    return all;
  }
}
