package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.MemoryFault;
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

  /** Refuses a null, by the argument's name. */
  static void requireGiven(Object argument, String name) {
    require(argument != null, name + ": null, expected a value");
  }

  /** The error for memory that Java does not have. */
  static IllegalArgumentException tooLarge(String what, long bytes, OutOfMemoryError cause) {
    return new IllegalArgumentException(
        "%s: takes %d MiB, which Java does not have; ask for fewer rows at once, or give Java more memory (%s)"
            .formatted(what, bytes >> 20, MemoryFault.option(cause)),
        cause);
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
    requireGiven(images, "images");
    int size = Manifest.size(port.shape());
    require(
        images.length > 0 && images.length % size == 0,
        "images: %d bytes, expected a multiple of %d for images of shape %s"
            .formatted(images.length, size, port.shape()));
    return images.length / size;
  }

  /** How many rows the tensors have; checks that they match the ports. */
  static int rows(Map<String, Tensor> given, List<Manifest.Port> ports) {
    requireGiven(given, "inputs");
    List<String> names = ports.stream().map(Manifest.Port::name).toList();
    require(
        names.size() == given.size() && given.keySet().containsAll(names),
        "inputs: found " + given.keySet() + ", expected " + names);
    int rows = given.isEmpty() ? 0 : given.values().iterator().next().rows();
    for (Manifest.Port port : ports) {
      Tensor tensor = given.get(port.name());
      requireGiven(tensor, "input '" + port.name() + "'");
      List<Long> shape = tensor.shapeAsList();
      List<Long> expected = Stream.concat(Stream.of((long) rows), port.shape().stream()).toList();
      require(
          rows >= 1 && shape.equals(expected),
          "input '%s': shape %s, expected %s with B of at least 1"
              .formatted(port.name(), shape, expected));
      requireFinite(port.name(), tensor, rows);
    }
    return rows;
  }

  private static void requireFinite(String name, Tensor tensor, int rows) {
    float[] values = tensor.values();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "input '%s': element %d of row %d is %s, expected a finite number"
                .formatted(
                    name, i % (values.length / rows), i / (values.length / rows), values[i]));
      }
    }
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
