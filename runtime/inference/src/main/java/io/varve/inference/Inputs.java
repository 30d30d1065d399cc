package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Checks the inputs of callers against those of a graph. */
final class Inputs {
  private Inputs() {}

  /** Refuses with a message unless a condition holds. */
  static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The one input of a graph that takes images. */
  static Manifest.Port image(Manifest.Graph graph) {
    List<Manifest.Port> inputs = graph.inputs();
    require(
        inputs.size() == 1 && inputs.get(0).type().equals("uint8"),
        graph.file() + ": takes " + inputs + ", expected one uint8 input of images");
    return inputs.get(0);
  }

  /** How many images the bytes hold. */
  static int rows(byte[] images, Manifest.Port port) {
    int size = Manifest.size(port.shape());
    require(
        images.length > 0 && images.length % size == 0,
        "images: %d bytes, expected a multiple of %d for images of shape %s"
            .formatted(images.length, size, port.shape()));
    return images.length / size;
  }

  /** How many rows the tensors have; checks that they match the ports. */
  static int rows(Map<String, Tensor> given, List<Manifest.Port> ports) {
    List<String> names = ports.stream().map(Manifest.Port::name).toList();
    require(
        names.size() == given.size() && given.keySet().containsAll(names),
        "inputs: found " + given.keySet() + ", expected " + names);
    int rows = given.isEmpty() ? 0 : given.values().iterator().next().rows();
    for (Manifest.Port port : ports) {
      List<Long> shape = given.get(port.name()).shapeAsList();
      List<Long> expected = Stream.concat(Stream.of((long) rows), port.shape().stream()).toList();
      require(
          rows >= 1 && shape.equals(expected),
          "input '%s': shape %s, expected %s with B of at least 1"
              .formatted(port.name(), shape, expected));
    }
    return rows;
  }

  /** Sources of tensors that {@link #rows(Map, List)} has checked. */
  static Map<String, InputSource> sources(Map<String, Tensor> given, List<Manifest.Port> ports) {
    Map<String, InputSource> sources = new LinkedHashMap<>();
    for (Manifest.Port port : ports) {
      float[] values = given.get(port.name()).values();
      boolean bytes = port.type().equals("uint8");
      int size = Manifest.size(port.shape());
      sources.put(
          port.name(),
          bytes ? InputSource.narrowed(values, size) : InputSource.floats(values, size));
    }
    return sources;
  }
}
