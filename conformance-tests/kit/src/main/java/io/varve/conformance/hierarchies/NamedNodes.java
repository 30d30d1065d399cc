package io.varve.conformance.hierarchies;

import io.varve.spi.Factor;
import io.varve.spi.Node;
import io.varve.spi.Node.Feature;
import io.varve.spi.NodeReads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The nodes of a hierarchy by name, and the paths along which they read each other. */
final class NamedNodes {
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<String> order = new ArrayList<>();

  NamedNodes(List<Node> list) {
    list.forEach(
        node -> {
          nodes.put(node.name(), node);
          order.add(node.name());
        });
  }

  /** The variable whose value or parameters a name stands for. */
  static String variable(String name) {
    return NodeReads.ofParameters(name).orElse(name);
  }

  /** The node that a name leads to. */
  Optional<Node> node(String name) {
    return Optional.ofNullable(nodes.get(variable(name)));
  }

  /** Where a variable stands, or past the last if there is none of this name. */
  int position(String name) {
    int found = order.indexOf(variable(name));
    return found < 0 ? order.size() : found;
  }

  /** What generation reads for a variable; nothing for a feature, which has no p. */
  static List<String> byP(Node node) {
    return NodeReads.p(node).isPresent() ? NodeReads.inGeneration(node) : List.of();
  }

  /** The first circle that inference runs in, as the names along it. */
  Optional<List<String>> circle() {
    Set<String> done = new HashSet<>();
    for (String name : order) {
      Optional<List<String>> found = circle(name, new ArrayList<>(), done);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<List<String>> circle(String name, List<String> path, Set<String> done) {
    if (path.contains(name)) {
      List<String> circle = new ArrayList<>(path.subList(path.indexOf(name), path.size()));
      circle.add(name);
      return Optional.of(circle);
    }
    path.add(name);
    for (String read : done.contains(name) ? List.<String>of() : inferred(name)) {
      Optional<List<String>> found = circle(read, path, done);
      if (found.isPresent()) {
        return found;
      }
    }
    path.remove(path.size() - 1);
    done.add(name);
    return Optional.empty();
  }

  /** What the inferred scope reads first: for {@code p(z)} what its network does. */
  private List<String> inferred(String name) {
    Optional<Node> node = node(name);
    if (node.isEmpty()) {
      return List.of();
    }
    return variable(name).equals(name)
        ? NodeReads.inInference(node.get())
        : NodeReads.p(node.get()).map(Factor::given).orElse(List.of());
  }

  /** What a feature reads, and the features among it in their turn; nothing for another node. */
  List<String> within(String name) {
    List<String> all = new ArrayList<>();
    within(name, all);
    return all;
  }

  private void within(String name, List<String> all) {
    if (nodes.get(name) instanceof Feature f) {
      for (String read : f.given()) {
        if (!all.contains(read)) {
          all.add(read);
          within(read, all);
        }
      }
    }
  }
}
