package io.varve.model;

import io.varve.spi.Factor;
import io.varve.spi.Node;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.NodeReads;
import io.varve.spi.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * d-separation in the generative model that nodes stand for, by the moralised graph of ancestors
 * (Lauritzen et al., 1990). A latent z = f(ε) is two variables, {@code z} and {@code ε(z)}; a
 * feature is what it reads.
 */
final class Separation {
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Set<String>> parents = new LinkedHashMap<>();

  Separation(List<Node> list) {
    list.forEach(node -> nodes.put(node.name(), node));
    for (Node node : list) {
      if (node instanceof Latent z) {
        parents.put(base(z.name()), variables(reads(z.p())));
        Set<String> made = variables(readBy(z.shared()));
        made.add(base(z.name()));
        parents.put(z.name(), made);
      } else if (node instanceof Observed x) {
        parents.put(x.name(), variables(reads(x.p())));
      }
    }
  }

  /**
   * The latents whose q reads too little: those whose ε depends on an earlier one, given x and what
   * q reads. If there are none, q can be the exact posterior.
   */
  List<String> misjudged() {
    List<String> found = new ArrayList<>();
    Set<String> earlier = new HashSet<>();
    for (Node node : nodes.values()) {
      if (node instanceof Latent z) {
        Set<String> given = variables(reads(z.q()));
        given.add("x");
        if (!separates(given, base(z.name()), earlier)) {
          found.add(z.name());
        }
        earlier.add(base(z.name()));
      }
    }
    return found;
  }

  /** Whether every path from a variable to others is blocked by what is given. */
  private boolean separates(Set<String> given, String from, Set<String> others) {
    Set<String> asked = new HashSet<>(others);
    asked.add(from);
    asked.addAll(given);
    Map<String, Set<String>> moral = moral(ancestors(asked));
    Set<String> reached = new HashSet<>(given);
    Deque<String> open = new ArrayDeque<>(List.of(from));
    while (!open.isEmpty()) {
      String here = open.pop();
      if (others.contains(here)) {
        return false;
      }
      if (reached.add(here)) {
        moral.get(here).stream().filter(next -> !reached.contains(next)).forEach(open::push);
      }
    }
    return true;
  }

  private Set<String> ancestors(Set<String> variables) {
    Set<String> all = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(variables);
    while (!open.isEmpty()) {
      String here = open.pop();
      if (all.add(here)) {
        open.addAll(parents.get(here));
      }
    }
    return all;
  }

  /** Parents joined with their children and with one another. */
  private Map<String, Set<String>> moral(Set<String> variables) {
    Map<String, Set<String>> neighbours = new HashMap<>();
    variables.forEach(v -> neighbours.put(v, new HashSet<>()));
    for (String child : variables) {
      Set<String> family = new HashSet<>(parents.get(child));
      family.add(child);
      family.forEach(member -> neighbours.get(member).addAll(family));
    }
    return neighbours;
  }

  private static String base(String z) {
    return "ε(" + z + ")";
  }

  /** What names lead to when features and parameters of p are taken for what they read. */
  private Set<String> variables(Collection<String> names) {
    Set<String> found = new HashSet<>();
    for (String name : names) {
      Optional<String> prior = NodeReads.ofParameters(name);
      if (prior.isPresent()) {
        found.addAll(variables(NodeReads.p(nodes.get(prior.get())).orElseThrow().given()));
      } else if (nodes.get(name) instanceof Feature feature) {
        found.addAll(variables(feature.given()));
      } else {
        found.add(name);
      }
    }
    return found;
  }

  private static List<String> reads(Factor factor) {
    List<String> names = new ArrayList<>(factor.given());
    names.addAll(readBy(factor.flow()));
    return names;
  }

  private static List<String> readBy(List<Step> steps) {
    return steps.stream().flatMap(step -> step.given().stream()).toList();
  }
}
