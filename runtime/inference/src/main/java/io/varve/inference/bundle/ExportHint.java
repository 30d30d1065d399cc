package io.varve.inference.bundle;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What to say where a bundle lacks a graph that its model could have. */
public final class ExportHint {
  private ExportHint() {}

  /** The variables whose values a graph can take: all but the data. */
  public static Set<String> carriable(Manifest manifest) {
    Set<String> names = new TreeSet<>();
    for (String kind : List.of("latent", "derived")) {
      manifest.variables(kind).forEach(variable -> names.add(variable.name()));
    }
    return names;
  }

  /** How to export a bundle that has the graph as well; nothing if the model cannot have it. */
  public static String of(Manifest manifest, String graph) {
    Optional<GraphName> name = GraphName.find(graph);
    if (name.isEmpty() || !takes(manifest, name.get())) {
      return "";
    }
    Set<String> all = new LinkedHashSet<>(manifest.graphs().keySet());
    all.add(graph);
    return "; export it again with --graphs '" + String.join(",", all) + "'";
  }

  private static boolean takes(Manifest manifest, GraphName name) {
    Set<String> known =
        name.kind() == GraphName.Kind.INFER
            ? new TreeSet<>(manifest.variables("derived").stream().map(v -> v.name()).toList())
            : carriable(manifest);
    return known.containsAll(name.variables());
  }
}
