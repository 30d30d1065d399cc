package io.varve.conformance.networks;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.arrays.SeededRows;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a network reads and delivers, batch excluded.
 *
 * @param inputs shapes in order
 * @param outputs shapes in order
 */
public record NetworkShapes(List<Shape> inputs, List<Shape> outputs) {
  private static final Shape IMAGE = new Shape(1, 4, 4);
  private static final Shape MAPS = new Shape(2, 4, 4);

  /** Vectors and images, one and several; outputs of one network differ, so that order shows. */
  static final List<NetworkShapes> USUAL =
      List.of(
          of(List.of(new Shape(3)), new Shape(2)),
          of(List.of(new Shape(3), new Shape(4)), new Shape(2), new Shape(5)),
          of(List.of(IMAGE), new Shape(3), new Shape(4)),
          of(List.of(new Shape(3)), IMAGE),
          of(List.of(new Shape(4)), new Shape(3), new Shape(3, 2)),
          of(List.of(new Shape(4), new Shape(4)), new Shape(4), new Shape(4)),
          of(
              List.of(new Shape(4), new Shape(4), new Shape(4), new Shape(4)),
              new Shape(4),
              new Shape(4)),
          of(List.of(IMAGE), MAPS),
          of(List.of(MAPS, IMAGE), new Shape(3, 4, 4), MAPS),
          of(List.of(new Shape(3, 8, 8)), new Shape(6, 8, 8)),
          of(List.of(new Shape(3, 8, 8)), new Shape(4), new Shape(4)),
          of(List.of(new Shape(4, 4, 4)), new Shape(3, 16, 16)),
          of(List.of(new Shape(3, 32, 32)), new Shape(3, 32, 32)));

  /** What few networks can read or deliver. */
  static final List<NetworkShapes> ODD =
      List.of(
          of(List.of()),
          of(List.of(), new Shape(2)),
          of(List.of(new Shape(3))),
          of(List.of(new Shape()), new Shape(2)),
          of(List.of(new Shape(2, 3)), new Shape(2)),
          of(List.of(new Shape(3), IMAGE), new Shape(2), MAPS),
          of(List.of(new Shape(1, 5, 7)), new Shape(2, 5, 7)),
          of(List.of(new Shape(1, 2, 3, 4)), new Shape(2)),
          of(List.of(new Shape(3)), new Shape(2, 1, 2, 2)));

  /** Whatever a network may be asked to build, which it may refuse. */
  public static List<NetworkShapes> all() {
    return Stream.concat(USUAL.stream(), ODD.stream()).toList();
  }

  private static NetworkShapes of(List<Shape> inputs, Shape... outputs) {
    return new NetworkShapes(inputs, List.of(outputs));
  }

  /** The same with twice the numbers in vectors, and images of twice the height and width. */
  NetworkShapes larger() {
    return new NetworkShapes(
        inputs.stream().map(SampleSpaces::larger).toList(),
        outputs.stream().map(SampleSpaces::larger).toList());
  }

  /** Standard normal inputs for these rows. */
  NDList sample(NDManager manager, DataType type, int... rows) {
    NDList sample = new NDList();
    for (Shape input : inputs) {
      sample.add(SeededRows.normal(manager, type, input, sample.size() + 1L, rows));
    }
    return sample;
  }

  @Override
  public String toString() {
    return words(inputs) + " -> " + words(outputs);
  }

  private static String words(List<Shape> shapes) {
    return shapes.isEmpty()
        ? "nothing"
        : shapes.stream()
            .map(shape -> Arrays.toString(shape.getShape()))
            .collect(Collectors.joining(", "));
  }
}
