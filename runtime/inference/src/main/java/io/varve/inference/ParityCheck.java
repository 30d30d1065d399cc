package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Replays the inputs recorded in a bundle and compares the outputs with those recorded. */
final class ParityCheck {
  private final Path file;
  private final Safetensors recorded;

  ParityCheck(Path file, Safetensors recorded) {
    this.file = file;
    this.recorded = recorded;
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
      Map<String, Tensor> scales = group("scale").getOrDefault(run.getKey(), Map.of());
      if (!expected.keySet().equals(computed.keySet())) {
        throw new IllegalArgumentException(
            "%s: found outputs %s of graph '%s', expected %s"
                .formatted(file, expected.keySet(), graph, computed.keySet()));
      }
      expected.forEach(
          (name, tensor) -> {
            if (name.equals(Manifest.PASSES)) {
              return; // one round more or less, by the last bits
            }
            double[] errors = errors(computed.get(name), tensor, scales.getOrDefault(name, tensor));
            boolean average = tied.apply(graph).contains(name);
            worst.merge(graph, error(errors, average), ParityCheck::worse);
          });
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

  /**
   * The error of each element, relative to the largest recorded number of the output, as the export
   * measures it.
   *
   * @param scale the larger of the terms that each element is a difference of, or it itself
   */
  private static double[] errors(Tensor computed, Tensor expected, Tensor scale) {
    int size = expected.values().length;
    if (computed.values().length != size) {
      return new double[] {Double.POSITIVE_INFINITY};
    }
    double against = Math.max(1, Math.max(largest(expected), largest(scale)));
    double[] errors = new double[size];
    for (int i = 0; i < size; i++) {
      double wanted = expected.values()[i];
      double found = computed.values()[i];
      errors[i] = Double.compare(found, wanted) == 0 ? 0 : Math.abs(found - wanted) / against;
    }
    return errors;
  }

  /** The largest magnitude of the numbers that are finite. */
  private static double largest(Tensor tensor) {
    double largest = 0;
    for (float value : tensor.values()) {
      largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    return largest;
  }

  private static double error(double[] errors, boolean average) {
    double worst = DoubleStream.of(errors).reduce(0, ParityCheck::worse);
    return average && Double.isFinite(worst) ? DoubleStream.of(errors).average().orElse(0) : worst;
  }

  /** The larger error; one that is not a number is the worst of all. */
  private static double worse(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.POSITIVE_INFINITY : Math.max(a, b);
  }
}
