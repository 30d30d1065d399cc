package io.varve.conformance;

import io.varve.spi.Factor;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the nodes of a hierarchy read, by name; {@code p(z)} reads what z's p does. */
final class Reads {
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<String> order = new ArrayList<>();

  Reads(List<Node> list) {
    list.forEach(
        node -> {
          nodes.put(node.name(), node);
          order.add(node.name());
        });
  }

  /** The variable whose value or parameters a name stands for. */
  static String variable(String name) {
    return name.startsWith("p(") && name.endsWith(")")
        ? name.substring(2, name.length() - 1)
        : name;
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

  /** The p of a variable; a feature has none. */
  private static Optional<Factor> p(Node node) {
    if (node instanceof Observed x) {
      return Optional.of(x.p());
    }
    if (node instanceof Derived y) {
      return Optional.of(y.p());
    }
    return node instanceof Latent z ? Optional.of(z.p()) : Optional.empty();
  }

  /** What generation reads for a variable: by its p and by its shared flow. */
  static List<String> byP(Node node) {
    List<Step> shared = node instanceof Latent z ? z.shared() : List.of();
    return p(node).map(factor -> of(factor, shared)).orElse(List.of());
  }

  /** What inference reads for a node. */
  static List<String> byQ(Node node) {
    if (node instanceof Latent z) {
      return of(z.q(), z.shared());
    }
    if (node instanceof Derived y) {
      return List.of(y.of());
    }
    return node instanceof Feature f ? f.given() : List.of();
  }

  private static List<String> of(Factor factor, List<Step> more) {
    List<String> names = new ArrayList<>(factor.given());
    factor.flow().forEach(step -> names.addAll(step.given()));
    more.forEach(step -> names.addAll(step.given()));
    return names;
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
        ? byQ(node.get())
        : p(node.get()).map(Factor::given).orElse(List.of());
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
