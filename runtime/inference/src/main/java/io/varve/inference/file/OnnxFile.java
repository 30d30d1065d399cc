package io.varve.inference.file;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An ONNX file as it is written, read without running any of it. Functions and training information
 * of its own are refused.
 */
public final class OnnxFile {
  private final boolean strict;
  private final List<OnnxGraph.External> externals = new ArrayList<>();
  private final List<OperatorSet> operatorSets = new ArrayList<>();
  private long irVersion;
  private OnnxGraph graph = new OnnxGraph("", List.of(), List.of(), List.of(), List.of());

  private OnnxFile(boolean strict) {
    this.strict = strict;
  }

  /** An operator set that the file imports; the domain of {@code ai.onnx} is empty. */
  public record OperatorSet(String domain, long version) {
    @Override
    public String toString() {
      return (domain.isEmpty() ? "ai.onnx" : domain) + " " + version;
    }
  }

  /**
   * Reads a file that anything may have written. Fields that only describe are passed over.
   *
   * @param file its name, for messages
   * @throws IllegalArgumentException if it is not an ONNX file, or one with code of its own
   */
  public static OnnxFile read(Path file, ByteBuffer bytes) {
    return read(file, bytes, false);
  }

  /**
   * Reads a file of a bundle, which has only fields that Varve writes.
   *
   * @param file its name, for messages
   * @throws IllegalArgumentException if it has others, or is not an ONNX file
   */
  public static OnnxFile readWritten(Path file, ByteBuffer bytes) {
    return read(file, bytes, true);
  }

  private static OnnxFile read(Path file, ByteBuffer bytes, boolean strict) {
    try {
      OnnxFile onnx = new OnnxFile(strict);
      onnx.readModel(new ProtobufReader(bytes, OnnxSchema.MODEL, strict));
      return onnx;
    } catch (ProtobufReader.Malformed e) {
      throw new IllegalArgumentException(
          Printable.of(
              file
                  + (strict ? ": is no graph of a bundle: " : ": is no ONNX file: ")
                  + e.getMessage()),
          e);
    }
  }

  /** The version of the format itself. */
  public long irVersion() {
    return irVersion;
  }

  /** The operator sets imported, in the order of the file. */
  public List<OperatorSet> operatorSets() {
    return operatorSets;
  }

  /** The graph. */
  public OnnxGraph graph() {
    return graph;
  }

  /** The tensors whose data lie in other files, wherever they stand. */
  public List<OnnxGraph.External> externals() {
    return externals;
  }

  private void readModel(ProtobufReader model) {
    while (model.next()) {
      switch (model.field()) {
        case 1 -> irVersion = model.number();
        case 7 ->
            graph = new OnnxGraphReader(strict, externals).read(model.message(OnnxSchema.GRAPH));
        case 8 -> operatorSets.add(operatorSet(model.message(OnnxSchema.OPERATOR_SET)));
        case 20 -> throw new ProtobufReader.Malformed("it holds training information");
        case 25 -> throw new ProtobufReader.Malformed("it holds functions of its own");
        default -> {}
      }
    }
  }

  private static OperatorSet operatorSet(ProtobufReader set) {
    String domain = "";
    long version = 0;
    while (set.next()) {
      switch (set.field()) {
        case 1 -> domain = set.text();
        default -> version = set.number();
      }
    }
    return new OperatorSet(domain.equals("ai.onnx") ? "" : domain, version);
  }
}
