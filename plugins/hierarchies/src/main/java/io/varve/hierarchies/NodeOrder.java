package io.varve.hierarchies;

import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.NodeReads;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether every name a list of nodes reads is there when it is read. */
final class NodeOrder {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

  private final List<Node> nodes;

  /** Every variable, and {@code p(v)} for every variable that has a p. */
  private final Set<String> all = new LinkedHashSet<>();

  /** What generation has computed before the node at hand. */
  private final Set<String> generated = new LinkedHashSet<>();

  NodeOrder(List<Node> nodes) {
    this.nodes = nodes;
  }

  /** Throws an {@link IllegalArgumentException} that names the node at fault. */
  void check() {
    for (int i = 0; i < nodes.size(); i++) {
      name(i);
    }
    requireOneObservedLast();
    for (int i = 0; i < nodes.size(); i++) {
      reads(i);
    }
  }

  private void name(int index) {
    String name = nodes.get(index).name();
    if (!NAME.matcher(name).matches()) {
      throw fault(index, "a name is a letter followed by letters, digits, '_' or '-'");
    }
    if (!all.add(name)) {
      throw fault(index, "another node has this name; names are unique");
    }
    if (!(nodes.get(index) instanceof Feature)) {
      all.add(NodeReads.parametersOf(name));
    }
  }

  private void requireOneObservedLast() {
    List<String> observed =
        nodes.stream().filter(Observed.class::isInstance).map(Node::name).toList();
    if (observed.size() != 1) {
      throw new IllegalArgumentException(
          "nodes: expected exactly one 'observed', the data, but found %d: %s"
              .formatted(observed.size(), observed));
    }
    if (!(nodes.get(nodes.size() - 1) instanceof Observed)) {
      throw new IllegalArgumentException(
          "nodes: the data come last, but '%s' stands after '%s'"
              .formatted(nodes.get(nodes.size() - 1).name(), observed.get(0)));
    }
  }

  private void reads(int index) {
    Node node = nodes.get(index);
    if (node instanceof Observed observed) {
      readsEarlier(index, "p", NodeReads.by(observed.p()));
    } else if (node instanceof Derived derived) {
      ofLaterData(index, derived.of());
      readsEarlier(index, "p", NodeReads.by(derived.p()));
    } else if (node instanceof Latent latent) {
      readsEarlier(index, "p", NodeReads.by(latent.p()));
      readsEarlier(index, "shared", NodeReads.by(latent.shared()));
      readsOthers(index, "q", NodeReads.by(latent.q()));
    } else if (node instanceof Feature feature) {
      readsOthers(index, "given", feature.given());
      if (!generated.containsAll(feature.given())) {
        return; // it reads what is generated later, so it serves q alone
      }
    }
    generated.add(node.name());
    generated.add(NodeReads.parametersOf(node.name()));
  }

  private void readsEarlier(int index, String key, Collection<String> names) {
    readsOthers(index, key, names);
    for (String name : names) {
      if (!generated.contains(name)) {
        throw fault(
            index,
            "%s reads '%s', which is generated later; here it may read %s"
                .formatted(key, name, variables(generated)));
      }
    }
  }

  private void readsOthers(int index, String key, Collection<String> names) {
    String self = nodes.get(index).name();
    for (String name : names) {
      if (name.equals(self)) {
        throw fault(index, "%s reads the variable itself".formatted(key));
      }
      if (!all.contains(name)) {
        throw fault(
            index,
            "%s reads '%s', but no node has this name; there are %s"
                .formatted(key, name, variables(all)));
      }
    }
  }

  private void ofLaterData(int index, String of) {
    List<String> later =
        nodes.subList(index + 1, nodes.size()).stream()
            .filter(n -> n instanceof Observed || n instanceof Derived)
            .map(Node::name)
            .toList();
    if (!later.contains(of)) {
      throw fault(
          index,
          "of: '%s' is not data generated after it; expected one of %s".formatted(of, later));
    }
  }

  private static List<String> variables(Set<String> names) {
    return names.stream().filter(n -> NAME.matcher(n).matches()).toList();
  }

  private IllegalArgumentException fault(int index, String what) {
    return new IllegalArgumentException(
        "nodes[%d] '%s': %s".formatted(index, nodes.get(index).name(), what));
  }
}
