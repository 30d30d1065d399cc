package io.varve.inference.graph;

import io.varve.inference.file.OnnxGraph;
import java.util.List;
import java.util.Optional;

/** How much a node computes: its products, or the elements that it reads and makes, roughly. */
final class Work {
  private Work() {}

  /** That of a node, at most {@code Long.MAX_VALUE}. */
  static long of(OnnxGraph.Node node, List<Optional<Fact>> inputs, List<Fact> results) {
    List<Fact> read = inputs.stream().flatMap(Optional::stream).toList();
    long made = sum(results);
    return switch (node.operator()) {
      case "Conv" -> Fact.size(made, read.get(1).size() / read.get(1).dims()[0]);
      case "MatMul" -> Fact.size(made, read.get(0).dims()[read.get(0).rank() - 1]);
      case "Gemm" -> Fact.size(made, read.get(0).size() / Math.min(made, results.get(0).dims()[0]));
      case "LSTM", "GRU", "RNN" -> Fact.size(made, sum(read.subList(1, read.size())));
      case "MaxPool", "AveragePool" -> Fact.size(made, window(node));
      default -> made + sum(read);
    };
  }

  /** No value has more than {@link Limits#ELEMENTS} elements, and no node a billion of them. */
  private static long sum(List<Fact> facts) {
    return facts.stream().mapToLong(Fact::size).sum();
  }

  private static long window(OnnxGraph.Node node) {
    List<?> kernel = (List<?>) node.attributes().get("kernel_shape").value().orElseThrow();
    return Fact.size(kernel.stream().mapToLong(size -> (Long) size).toArray());
  }
}
