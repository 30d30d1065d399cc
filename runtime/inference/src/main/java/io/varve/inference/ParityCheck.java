package io.varve.inference;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Replays the inputs recorded in a bundle and compares the outputs with those recorded. */
final class ParityCheck {
  private final Path file;
  private final Safetensors recorded;

  ParityCheck(Path file) {
    this.file = file;
    this.recorded = Safetensors.open(file);
  }

  /** Runs a graph on all its inputs. */
  interface Runner {
    Map<String, Tensor> run(String graph, Map<String, Tensor> inputs);
  }

  /**
   * The worst relative error of each graph.
   *
   * @param tied the outputs of a graph whose mean error counts, not the largest
   */
  Map<String, Double> worst(Runner runner, Function<String, Set<String>> tied) {
    Map<String, Double> worst = new TreeMap<>();
    for (Map.Entry<List<String>, Map<String, Tensor>> run : group("in").entrySet()) {
      String graph = run.getKey().get(0);
      Map<String, Tensor> computed = runner.run(graph, run.getValue());
      Map<String, Tensor> expected = group("out").getOrDefault(run.getKey(), Map.of());
      if (!expected.keySet().equals(computed.keySet())) {
        throw new IllegalArgumentException(
            "%s: found outputs %s of graph '%s', expected %s"
                .formatted(file, expected.keySet(), graph, computed.keySet()));
      }
      expected.forEach(
          (name, tensor) ->
              worst.merge(
                  graph,
                  error(computed.get(name), tensor, tied.apply(graph).contains(name)),
                  ParityCheck::worse));
    }
    return worst;
  }

  /** Recorded tensors of one direction by (graph, batch), then by name. */
  private Map<List<String>, Map<String, Tensor>> group(String direction) {
    Map<List<String>, Map<String, Tensor>> groups = new LinkedHashMap<>();
    for (Safetensors.Tensor tensor : recorded.tensors().values()) {
      List<String> parts = List.of(tensor.name().split("/", 4));
      if (parts.size() < 4) {
        throw new IllegalArgumentException(
            file + ": found tensor '" + tensor.name() + "', expected GRAPH/BATCH/in|out/NAME");
      }
      if (parts.get(2).equals(direction)) {
        groups
            .computeIfAbsent(parts.subList(0, 2), key -> new TreeMap<>())
            .put(parts.get(3), new Tensor(tensor.shape(), values(tensor)));
      }
    }
    return groups;
  }

  private float[] values(Safetensors.Tensor tensor) {
    if (!tensor.type().equals("U8")) {
      return recorded.floats(tensor.name());
    }
    ByteBuffer bytes = recorded.data(tensor.name());
    float[] values = new float[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.get(i) & 0xFF;
    }
    return values;
  }

  private static double error(Tensor computed, Tensor expected, boolean average) {
    if (computed.values().length != expected.values().length) {
      return Double.POSITIVE_INFINITY;
    }
    double worst = 0;
    double sum = 0;
    for (int i = 0; i < expected.values().length; i++) {
      double wanted = expected.values()[i];
      double error = Math.abs(computed.values()[i] - wanted) / Math.max(1, Math.abs(wanted));
      worst = worse(worst, error);
      sum += error;
    }
    return average && Double.isFinite(worst) ? sum / expected.values().length : worst;
  }

  /** The larger error; one that is not a number is the worst of all. */
  private static double worse(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.POSITIVE_INFINITY : Math.max(a, b);
  }
}
