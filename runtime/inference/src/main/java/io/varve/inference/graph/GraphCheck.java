package io.varve.inference.graph;

import io.varve.inference.file.OnnxGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks that a graph can be run on any batch, gives what it is said to give, and takes memory and
 * rounds within bounds.
 */
public final class GraphCheck {
  private GraphCheck() {}

  /**
   * An input or output: its axis 0 is the batch.
   *
   * @param shape without the batch
   */
  public record Port(String name, ElementType type, List<Long> shape) {
    /** Freezes the list. */
    public Port {
      shape = List.copyOf(shape);
    }

    private Fact fact(long batch) {
      long[] dims = new long[shape.size() + 1];
      dims[0] = batch;
      for (int i = 1; i < dims.length; i++) {
        dims[i] = shape.get(i - 1);
      }
      return Fact.of(type, dims);
    }

    private boolean describes(OnnxGraph.Value value) {
      List<Long> dims = new ArrayList<>(List.of(-1L));
      dims.addAll(shape);
      return ElementType.of(value.type()).equals(Optional.of(type))
          && value.dims().equals(Optional.of(dims));
    }
  }

  /**
   * Checks a graph.
   *
   * @throws IllegalArgumentException what was found and what was expected, without the file
   */
  public static void check(OnnxGraph graph, List<Port> inputs, List<Port> outputs) {
    requirePorts("inputs", graph.inputs(), inputs);
    requirePorts("outputs", graph.outputs(), outputs);
    Map<String, Fact> constants = constants(graph);
    for (long batch : Limits.BATCHES) {
      Walk walk = walked(graph, constants, inputs, batch, (operator, data) -> {});
      for (Port output : outputs) {
        Fact computed = walk.fact(output.name());
        boolean same = computed.sameAs(output.fact(batch));
        String found = "output '" + output.name() + "' " + computed + " of " + batch + " rows";
        Walk.require(same, found, output.fact(batch) + "");
      }
    }
  }

  /** Shows every node that is computed at each run, of a graph that was checked. */
  static void walk(OnnxGraph graph, List<Port> inputs, CudaKernels.Visitor visitor) {
    walked(graph, constants(graph), inputs, Limits.BATCHES[0], visitor);
  }

  private static Map<String, Fact> constants(OnnxGraph graph) {
    Map<String, Fact> constants = new HashMap<>();
    for (OnnxGraph.Tensor tensor : graph.initializers()) {
      boolean first = constants.put(tensor.name(), Constants.fact(tensor)) == null;
      Walk.require(first, "'" + tensor.name() + "' twice", "each name once");
    }
    return constants;
  }

  private static Walk walked(
      OnnxGraph graph,
      Map<String, Fact> constants,
      List<Port> inputs,
      long batch,
      CudaKernels.Visitor visitor) {
    long weights = constants.values().stream().mapToLong(Fact::bytes).sum();
    Walk walk = new Walk(batch, weights, visitor);
    constants.forEach(walk::give);
    inputs.forEach(input -> walk.give(input.name(), input.fact(batch)));
    walk.run(graph);
    return walk;
  }

  private static void requirePorts(String what, List<OnnxGraph.Value> found, List<Port> expected) {
    Map<String, OnnxGraph.Value> byName = new TreeMap<>();
    for (OnnxGraph.Value value : found) {
      Walk.require(
          byName.put(value.name(), value) == null,
          what + " '" + value.name() + "' twice",
          "it once");
    }
    Map<String, Port> wanted = new TreeMap<>();
    expected.forEach(port -> wanted.put(port.name(), port));
    Set<String> names = wanted.keySet();
    Walk.require(byName.keySet().equals(names), what + " " + byName.keySet(), names + "");
    wanted.forEach(
        (name, port) -> {
          OnnxGraph.Value value = byName.get(name);
          String is = value.dims().map(Object::toString).orElse("unknown");
          String was =
              "'"
                  + name
                  + "' of type "
                  + ElementType.of(value.type()).map(Object::toString).orElse(value.type() + "")
                  + " and shape "
                  + is;
          Walk.require(
              port.describes(value), was, port.type() + " and the batch before " + port.shape());
        });
  }
}
