package io.varve.conformance.models;

import io.varve.model.Model;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Latent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The sets of variables that a generation is given. */
final class CarriedSets {
  /** Up to here every subset is tried: eight of them. */
  private static final int ALL = 3;

  private CarriedSets() {}

  private static List<String> carriable(Model model) {
    return model.nodes().stream()
        .filter(node -> node instanceof Latent || node instanceof Derived)
        .map(Node::name)
        .toList();
  }

  /**
   * Every subset where there are few variables; else none, each alone, and the first ones in
   * generative order, as an encoder with a budget sends them.
   */
  static List<Set<String>> of(Model model) {
    List<String> names = carriable(model);
    return names.size() <= ALL ? subsets(names) : prefixesAndEach(names);
  }

  /**
   * The sets that graphs are made for, as each takes its time: the first derived variable alone, as
   * in super-resolution, and all but the coarsest, as in reconstruction.
   */
  static List<Set<String>> exported(Model model) {
    List<String> names = carriable(model);
    Set<Set<String>> sets = new LinkedHashSet<>();
    model.nodes().stream()
        .filter(Derived.class::isInstance)
        .limit(1)
        .forEach(y -> sets.add(Set.of(y.name())));
    if (!names.isEmpty()) {
      sets.add(new LinkedHashSet<>(names.subList(names.size() > 1 ? 1 : 0, names.size())));
    }
    return List.copyOf(sets);
  }

  private static List<Set<String>> subsets(List<String> names) {
    List<Set<String>> sets = new ArrayList<>();
    for (int bits = 0; bits < 1 << names.size(); bits++) {
      Set<String> set = new LinkedHashSet<>();
      for (int i = 0; i < names.size(); i++) {
        if ((bits >> i & 1) == 1) {
          set.add(names.get(i));
        }
      }
      sets.add(set);
    }
    return sets;
  }

  private static List<Set<String>> prefixesAndEach(List<String> names) {
    Set<Set<String>> sets = new LinkedHashSet<>();
    for (int i = 0; i <= names.size(); i++) {
      sets.add(new LinkedHashSet<>(names.subList(0, i)));
    }
    names.forEach(name -> sets.add(Set.of(name)));
    return List.copyOf(sets);
  }
}
