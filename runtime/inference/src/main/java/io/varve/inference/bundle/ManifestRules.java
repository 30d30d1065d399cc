package io.varve.inference.bundle;

import io.varve.inference.file.Printable;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What may stand in a manifest. Bounds are far above what models have; they keep a file from taking
 * memory, and its text from taking a terminal or a table.
 */
final class ManifestRules {
  private static final int LONGEST_NAME = 200;
  private static final int MOST_ENTRIES = 1000;

  /** Elements of one row of an input or output, and of all of one graph together. */
  private static final long MOST_ELEMENTS = 1 << 24;

  private ManifestRules() {}

  static void check(boolean condition, String found, String expected) {
    if (!condition) {
      throw new IllegalArgumentException(found + ", expected " + expected);
    }
  }

  /** A text of one line, such as a model's name. */
  static void line(String where, String text) {
    boolean plain = !text.isBlank() && text.length() <= LONGEST_NAME;
    String expected = "1 to " + LONGEST_NAME + " characters";
    check(plain, where + ": '" + text + "'", expected);
    check(Printable.of(text).equals(text), where + ": '" + text + "'", "characters that print");
  }

  /** The name of a variable, an input or an output: it heads columns and names noise. */
  static void name(String where, String name) {
    line(where, name);
    boolean plain = "=+-@".indexOf(name.charAt(0)) < 0 && name.matches("[^,;\"\\\\/]+");
    check(plain, where + ": '" + name + "'", "a name without , ; \" \\ / and no = + - @ in front");
  }

  /** A text of many lines, such as a model file. */
  static void lines(String where, String text) {
    boolean plain =
        text.chars().noneMatch(c -> Character.isISOControl(c) && "\n\r\t".indexOf(c) < 0);
    check(plain, where + ": control characters", "text");
  }

  static void variables(List<Manifest.Variable> variables) {
    count("variables", variables);
    Set<String> names = new HashSet<>();
    for (Manifest.Variable variable : variables) {
      String name = variable.name();
      check(names.add(name), "variables: '" + name + "' twice", "each name once");
    }
  }

  static void count(String where, Collection<?> entries) {
    check(entries.size() <= MOST_ENTRIES, where + ": " + entries.size(), "at most " + MOST_ENTRIES);
  }

  static List<Long> shape(List<Long> shape) {
    check(shape.size() <= 8, "shape: " + shape.size() + " sizes", "at most 8");
    for (long size : shape) {
      check(size > 0 && size <= MOST_ELEMENTS, "shape: " + shape, "sizes of 1 to " + MOST_ELEMENTS);
    }
    check(elements(shape) <= MOST_ELEMENTS, "shape: " + shape, MOST_ELEMENTS + " elements at most");
    return List.copyOf(shape);
  }

  /** The elements of a shape, or one more than is allowed. */
  private static long elements(List<Long> shape) {
    long size = 1;
    for (long dimension : shape) {
      size = Math.min(size * dimension, MOST_ELEMENTS + 1);
    }
    return size;
  }

  /** What a graph takes and gives for one row, all together. */
  static void together(Collection<List<Long>> shapes) {
    long sum = shapes.stream().mapToLong(ManifestRules::elements).sum();
    check(sum <= MOST_ELEMENTS, sum + " elements a row", "at most " + MOST_ELEMENTS);
  }

  static void levels(int levels) {
    check(levels == 0 || levels >= 2, "levels: " + levels, "0 (continuous), 2 or more");
  }

  static void hash(String where, String hash) {
    check(hash.matches("[0-9a-f]{64}"), where + " has hash '" + hash + "'", "SHA-256");
  }

  /** Plain paths inside the bundle that no file system takes for one another. */
  static void files(Map<String, String> files) {
    count("files", files.keySet());
    Set<String> seen = new HashSet<>();
    files.forEach(
        (path, hash) -> {
          boolean plain =
              path.length() <= LONGEST_NAME
                  && path.matches("\\w[\\w. =+-]*(/\\w[\\w. =+-]*)*")
                  && !path.contains("..");
          check(plain, "files: '" + path + "'", "a plain path inside the bundle");
          boolean first = seen.add(path.toLowerCase(Locale.ROOT));
          check(first, "files: '" + path + "' twice", "names that differ in more than case");
          hash("files: '" + path + "'", hash);
        });
  }

  static void listed(Map<String, String> files, String where, String file) {
    check(files.containsKey(file), where + ": '" + file + "'", "one of files " + files.keySet());
  }

  /** Graphs have known names and a file each; those of variables name variables of the model. */
  static void graphs(Map<String, Manifest.Graph> graphs, List<Manifest.Variable> variables) {
    check(!graphs.isEmpty(), "graphs: none", "at least one");
    count("graphs", graphs.keySet());
    Set<String> taken = new HashSet<>();
    List<String> names = variables.stream().map(Manifest.Variable::name).toList();
    graphs.forEach(
        (name, graph) -> {
          line("graphs", name);
          boolean known = GraphName.find(name).filter(it -> it.toString().equals(name)).isPresent();
          check(known, "graphs: '" + name + "'", GraphName.KNOWN);
          List<String> of = GraphName.of(name).variables();
          check(names.containsAll(of), "graphs: '" + name + "'", "variables of " + names);
          boolean own = taken.add(graph.file());
          check(own, "graphs." + name + ".file: '" + graph.file() + "' twice", "one file each");
        });
  }
}
