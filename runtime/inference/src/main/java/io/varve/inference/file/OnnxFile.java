package io.varve.inference.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The contents of an ONNX file that are checked before native code reads it: the operators, the
 * operator sets, the data outside the file, and the names of inputs and outputs. The field numbers
 * are those of the ONNX project's {@code onnx.proto}.
 */
public final class OnnxFile {
  private final Path file;
  private final Set<String> operators = new TreeSet<>();
  private final Map<String, Long> opsets = new LinkedHashMap<>();
  private final List<External> externals = new ArrayList<>();
  private final Set<String> inputs = new TreeSet<>();
  private final Set<String> outputs = new TreeSet<>();

  private OnnxFile(Path file) {
    this.file = file;
  }

  /** The data of a tensor in another file; a length of -1 means the rest of that file. */
  public record External(String tensor, String location, long offset, long length) {}

  /**
   * Reads a file without running any of it.
   *
   * @throws IllegalArgumentException if it is not an ONNX file, or one with code of its own
   */
  public static OnnxFile read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(file + ": has 2 GiB or more; no ONNX file may");
      }
      return read(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    }
  }

  /** As {@link #read(Path)}, of bytes at hand. */
  public static OnnxFile read(Path file, ByteBuffer bytes) {
    try {
      OnnxFile onnx = new OnnxFile(file);
      onnx.readModel(new ProtobufReader(bytes));
      return onnx;
    } catch (ProtobufReader.Malformed e) {
      throw new IllegalArgumentException(file + ": is no ONNX file: " + e.getMessage(), e);
    }
  }

  /** The names of the operators; those outside {@code ai.onnx} begin with their domain. */
  public Set<String> operators() {
    return operators;
  }

  /** The version of each operator set imported. */
  public Map<String, Long> opsets() {
    return opsets;
  }

  /** The tensors whose data lie in other files. */
  public List<External> externals() {
    return externals;
  }

  /** The names of the graph's inputs. */
  public Set<String> inputs() {
    return inputs;
  }

  /** The names of the graph's outputs. */
  public Set<String> outputs() {
    return outputs;
  }

  private void readModel(ProtobufReader model) {
    while (model.next()) {
      switch (model.field()) {
        case 7 -> readGraph(model.message(), true);
        case 8 -> readOpset(model.message());
        case 20 -> throw new IllegalArgumentException(file + ": holds training information");
        case 25 -> throw new IllegalArgumentException(file + ": holds functions of its own");
        default -> {}
      }
    }
  }

  private void readOpset(ProtobufReader opset) {
    String domain = "";
    long version = 0;
    while (opset.next()) {
      switch (opset.field()) {
        case 1 -> domain = opset.text();
        case 2 -> version = opset.number();
        default -> {}
      }
    }
    opsets.put(domain.isEmpty() ? "ai.onnx" : domain, version);
  }

  private void readGraph(ProtobufReader graph, boolean outermost) {
    while (graph.next()) {
      switch (graph.field()) {
        case 1 -> readNode(graph.message());
        case 5 -> readTensor(graph.message());
        case 11 -> readValue(graph.message(), outermost, inputs);
        case 12 -> readValue(graph.message(), outermost, outputs);
        case 15 -> readSparse(graph.message());
        default -> {}
      }
    }
  }

  private static void readValue(ProtobufReader value, boolean outermost, Set<String> into) {
    while (outermost && value.next()) {
      if (value.field() == 1) {
        into.add(value.text());
      }
    }
  }

  private void readNode(ProtobufReader node) {
    String operator = "";
    String domain = "";
    while (node.next()) {
      switch (node.field()) {
        case 4 -> operator = node.text();
        case 5 -> readAttribute(node.message());
        case 7 -> domain = plain(node.text());
        default -> {}
      }
    }
    operators.add(domain.isEmpty() ? operator : domain + "." + operator);
  }

  private void readAttribute(ProtobufReader attribute) {
    while (attribute.next()) {
      switch (attribute.field()) {
        case 5, 10 -> readTensor(attribute.message());
        case 6, 11 -> readGraph(attribute.message(), false);
        case 22, 23 -> readSparse(attribute.message());
        default -> {}
      }
    }
  }

  private void readSparse(ProtobufReader sparse) {
    while (sparse.next()) {
      if (sparse.field() == 1 || sparse.field() == 2) {
        readTensor(sparse.message());
      }
    }
  }

  private void readTensor(ProtobufReader tensor) {
    String name = "";
    boolean external = false;
    Map<String, String> place = new LinkedHashMap<>();
    while (tensor.next()) {
      switch (tensor.field()) {
        case 8 -> name = tensor.text();
        case 13 -> readPair(tensor.message(), place);
        case 14 -> external |= tensor.number() != 0;
        default -> {}
      }
    }
    if (external || !place.isEmpty()) {
      try {
        long offset = Long.parseLong(place.getOrDefault("offset", "0"));
        long length = Long.parseLong(place.getOrDefault("length", "-1"));
        externals.add(new External(name, place.getOrDefault("location", ""), offset, length));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            file + ": tensor '" + name + "' lies at " + place + ", expected numbers", e);
      }
    }
  }

  private void readPair(ProtobufReader pair, Map<String, String> into) {
    String key = "";
    String value = "";
    while (pair.next()) {
      switch (pair.field()) {
        case 1 -> key = pair.text();
        case 2 -> value = pair.text();
        default -> {}
      }
    }
    String before = into.put(key, value);
    if (before != null && !before.equals(value)) {
      // Readers differ in which of the two counts.
      throw new IllegalArgumentException(file + ": a tensor has two values of '" + key + "'");
    }
  }

  private static String plain(String domain) {
    return domain.equals("ai.onnx") ? "" : domain;
  }
}
