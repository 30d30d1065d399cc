package io.varve.inference.graph;

import io.varve.inference.file.OnnxGraph;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which nodes of a graph ONNX Runtime can compute on a card. It computes others on the CPU, and
 * copies what they read and write.
 */
public final class CudaKernels {
  private static final String FILE = "cuda-kernels.csv";
  private static final Map<String, Set<ElementType>> TABLE = read();

  private CudaKernels() {}

  private static Map<String, Set<ElementType>> read() {
    try (InputStream file = CudaKernels.class.getResourceAsStream(FILE)) {
      Map<String, Set<ElementType>> table = new TreeMap<>();
      new String(file.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(",", -1))
          .forEach(cells -> table.put(cells[0], types(cells[2])));
      return Collections.unmodifiableMap(table);
    } catch (IOException e) {
      throw new UncheckedIOException(FILE, e);
    }
  }

  private static Set<ElementType> types(String names) {
    Set<ElementType> types = EnumSet.noneOf(ElementType.class);
    Arrays.stream(ElementType.values())
        .filter(type -> List.of(names.split(" ")).contains(type.safetensors()))
        .forEach(types::add);
    return types;
  }

  /** The operators of the table, with the types of data that they take on a card. */
  public static Map<String, Set<ElementType>> all() {
    return TABLE;
  }

  /**
   * The nodes without a kernel, bodies of loops included. Nodes that depend on no input are not
   * counted, as they are computed once when the graph is opened.
   *
   * @param graph that {@link GraphCheck} has accepted
   * @return how many there are, by operator and type, as {@code Sinh FLOAT32}
   */
  public static Map<String, Integer> missing(OnnxGraph graph, List<GraphCheck.Port> inputs) {
    Map<String, Integer> missing = new TreeMap<>();
    GraphCheck.walk(
        graph,
        inputs,
        (operator, data) ->
            data.filter(type -> !TABLE.getOrDefault(operator, Set.of()).contains(type))
                .ifPresent(type -> missing.merge(operator + " " + type, 1, Integer::sum)));
    return missing;
  }

  /** Takes the nodes that are computed at each run. */
  interface Visitor {
    /**
     * Takes a node.
     *
     * @param data the type of the elements that it computes with
     */
    void visit(String operator, Optional<ElementType> data);
  }

  /** The input of an operator whose type is that of its data. */
  static int data(String operator) {
    return operator.equals("Where") ? 1 : 0;
  }
}
