package io.varve.model;

import io.varve.model.faults.Suggestion;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.NodeReads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Follows what variables read, before any is computed. */
final class Wiring {
  private final Map<String, Node> nodes;
  private final String task;
  private final Function<Node, List<String>> reads;
  private final Set<String> open = new LinkedHashSet<>();
  private final Set<String> done = new HashSet<>();

  private Wiring(Map<String, Node> nodes, String task, Function<Node, List<String>> reads) {
    this.nodes = nodes;
    this.task = task;
    this.reads = reads;
  }

  /**
   * Follows what every node reads, in inference and in generation.
   *
   * @throws IllegalArgumentException naming the path of a cycle
   */
  static void refuseCycles(Map<String, Node> nodes) {
    Wiring inference = new Wiring(nodes, "inference", NodeReads::inInference);
    Wiring generation = new Wiring(nodes, "generation", NodeReads::inGeneration);
    for (Node node : nodes.values()) {
      inference.visit(node.name());
      if (!(node instanceof Feature)) {
        generation.visit(node.name());
      }
    }
  }

  /**
   * The latents whose p reads what was drawn given themselves, as p(z1 | z2) does where q(z2 | z1)
   * infers bottom-up: given that parent the latent is not distributed as q any more, and so the KL
   * divergence in closed form is not the expectation of log q - log p.
   */
  static Set<String> readBySelf(Map<String, Node> nodes) {
    Set<String> found = new LinkedHashSet<>();
    for (Node node : nodes.values()) {
      if (node instanceof Latent z) {
        Wiring inference = new Wiring(nodes, "inference", NodeReads::inInference);
        NodeReads.by(z.p()).forEach(inference::visit);
        if (inference.done.contains(z.name())) {
          found.add(z.name());
        }
      }
    }
    return found;
  }

  /**
   * The latent and derived variables that can be inferred from one data variable alone.
   *
   * @throws IllegalArgumentException if the variable is neither derived nor observed
   */
  static List<String> inferable(String data, Map<String, Node> nodes) {
    List<String> known =
        nodes.values().stream()
            .filter(node -> node instanceof Derived || node instanceof Observed)
            .map(Node::name)
            .toList();
    if (!known.contains(data)) {
      throw new IllegalArgumentException(
          "'%s' is no data variable to infer from; this model's are %s%s"
              .formatted(data, known, Suggestion.of(data, known)));
    }
    return nodes.values().stream()
        .filter(node -> node instanceof Latent || node instanceof Derived)
        .map(Node::name)
        .filter(name -> !name.equals(data) && isInferable(name, data, nodes))
        .toList();
  }

  private static boolean isInferable(String name, String data, Map<String, Node> nodes) {
    Node node = nodes.get(name);
    if (name.equals(data) || node instanceof Observed) {
      return name.equals(data);
    }
    List<String> needs =
        NodeReads.ofParameters(name)
            .map(variable -> NodeReads.p(nodes.get(variable)).orElseThrow().given())
            .orElseGet(() -> NodeReads.inInference(node));
    return needs.stream().allMatch(need -> isInferable(need, data, nodes));
  }

  private void visit(String name) {
    if (done.contains(name)) {
      return;
    }
    if (!open.add(name)) {
      List<String> path = new ArrayList<>(open);
      path = path.subList(path.indexOf(name), path.size());
      throw new IllegalArgumentException(
          "the variables %s -> %s need each other in %s; break the cycle in their 'given'"
              .formatted(String.join(" -> ", path), name, task));
    }
    NodeReads.ofParameters(name)
        .map(variable -> NodeReads.p(nodes.get(variable)).orElseThrow().given())
        .orElseGet(() -> reads.apply(nodes.get(name)))
        .forEach(this::visit);
    open.remove(name);
    done.add(name);
  }
}
