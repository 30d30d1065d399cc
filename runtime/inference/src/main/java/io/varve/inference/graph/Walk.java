package io.varve.inference.graph;

import io.varve.inference.file.OnnxGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through a graph node by node, as a runtime would, with types and shapes in place of numbers.
 * So it is known before native code reads the graph that every name is given once and before it is
 * read, what each node makes, and how much memory the values take that are needed at once.
 */
final class Walk {
  private final Map<String, Fact> facts = new HashMap<>();
  private final Map<String, String> producers = new HashMap<>();
  private final long most;
  private final long mostWork;
  private final CudaKernels.Visitor visitor;
  private long constantWork;
  private long rounds = 1;
  private int depth;
  private long kept;
  private long live;

  /**
   * A walk over a graph with so many bytes of weights that is run on so many rows.
   *
   * @param visitor is shown each node that depends on an input
   */
  Walk(long batch, long weights, CudaKernels.Visitor visitor) {
    this.visitor = visitor;
    this.most = Limits.BYTES_PER_ROW * batch + Limits.BYTES_PER_WEIGHT * weights;
    this.mostWork = Limits.WORK_PER_ROW * batch;
  }

  Fact fact(String name) {
    Fact fact = facts.get(name);
    if (fact == null) {
      throw refused("'" + name + "' before it is computed", "it after the node it is from");
    }
    return fact;
  }

  /** Gives a value its name, which no other has. */
  void give(String name, Fact fact) {
    require(!name.isEmpty(), "a value without a name", "a name");
    if (facts.put(name, fact) != null) {
      throw refused("'" + name + "' twice", "each name once");
    }
  }

  /** Goes through the nodes of a graph whose inputs and constants have been given. */
  void run(OnnxGraph graph) {
    Map<String, Integer> last = lastUses(graph);
    for (int i = 0; i < graph.nodes().size(); i++) {
      OnnxGraph.Node node = graph.nodes().get(i);
      try {
        run(node);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(place(node) + e.getMessage(), e);
      }
      release(node, i, last);
    }
  }

  private static String place(OnnxGraph.Node node) {
    return node.operator() + " '" + String.join("', '", node.outputs()) + "': ";
  }

  private void run(OnnxGraph.Node node) {
    Rule rule = Operators.rule(node.operator());
    if (rule == null) {
      throw refused("operators [" + node.operator() + "]", "only those a bundle may use");
    }
    List<Optional<Fact>> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      inputs.add(input(node, i));
    }
    List<Fact> results = new Call(node, inputs, this::body).results(rule);
    boolean constant =
        !inputs.isEmpty() && inputs.stream().allMatch(in -> in.isEmpty() || in.get().constant());
    if (!constant) {
      int data = CudaKernels.data(node.operator());
      visitor.visit(
          node.operator(),
          data < inputs.size() ? inputs.get(data).map(Fact::type) : Optional.empty());
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      Fact result = results.get(i).fixed(constant);
      requireBounded(result);
      String name = node.outputs().get(i);
      if (!name.isEmpty()) {
        give(name, result);
        producers.put(name, node.operator());
        kept += constant ? result.bytes() : 0;
        live += constant ? 0 : result.bytes();
      }
    }
    long bytes = live + kept;
    if (bytes > most) {
      throw refused(bytes + " bytes at once", "at most " + most);
    }
    requireShort(Work.of(node, inputs, results), constant);
  }

  /** Nothing can stop a single node, nor what is computed while a graph is opened. */
  private void requireShort(long work, boolean constant) {
    if (work > mostWork) {
      throw refused(work + " products in one node", "at most " + mostWork);
    }
    if (constant) {
      constantWork += work; // once, also in a loop; each is bounded, and so is their number
      require(
          constantWork <= Limits.CONSTANT_WORK,
          constantWork + " products that depend on no input",
          "at most " + Limits.CONSTANT_WORK);
    }
  }

  private Optional<Fact> input(OnnxGraph.Node node, int i) {
    String name = node.inputs().get(i);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Fact fact = fact(name);
    if (fact.special() != Fact.Special.NONE) {
      boolean chosen = node.operator().equals("Where") && i > 0;
      boolean asked = chosen && "IsNaN".equals(producers.get(node.inputs().get(0)));
      boolean right = fact.special() == Fact.Special.NAN ? asked : chosen;
      String what = fact.special() == Fact.Special.NAN ? "a NaN" : "an infinity";
      require(right, what + " in constant '" + name + "'", "finite numbers");
    }
    return Optional.of(fact);
  }

  /** Some kernels divide by the size of what they are given. */
  private static void requireBounded(Fact fact) {
    boolean bounded = fact.rank() <= Limits.RANK && fact.size() <= Limits.ELEMENTS;
    for (long dim : fact.dims()) {
      bounded &= dim >= 1 && dim <= Limits.ELEMENTS;
    }
    if (!bounded) {
      throw refused("a value of shape " + fact, "1 to " + Limits.ELEMENTS + " elements");
    }
  }

  private List<Fact> body(OnnxGraph graph, List<Fact> inputs, long times) {
    require(graph.initializers().isEmpty(), "constants in a body", "them outside");
    long before = rounds;
    rounds = Math.multiplyHigh(rounds, times) == 0 ? rounds * times : Long.MAX_VALUE;
    depth++;
    require(rounds >= 0 && rounds <= Limits.ROUNDS, rounds + " rounds of loops in loops", "fewer");
    require(depth <= Limits.DEPTH, depth + " graphs in one another", "at most " + Limits.DEPTH);
    for (int i = 0; i < inputs.size(); i++) {
      OnnxGraph.Value value = graph.inputs().get(i);
      requireAgrees(value, inputs.get(i));
      give(value.name(), inputs.get(i));
    }
    run(graph);
    List<Fact> outputs = new ArrayList<>();
    Set<String> own = new HashSet<>();
    graph.nodes().forEach(node -> own.addAll(node.outputs()));
    for (OnnxGraph.Value value : graph.outputs()) {
      require(own.remove(value.name()), "result '" + value.name() + "'", "one of a node, once");
      requireAgrees(value, fact(value.name()));
      outputs.add(fact(value.name()));
    }
    depth--;
    rounds = before;
    return outputs;
  }

  /** Checks what a body says of a value: its type and the sizes that are fixed. */
  private static void requireAgrees(OnnxGraph.Value value, Fact fact) {
    boolean agrees =
        ElementType.of(value.type()).equals(Optional.of(fact.type()))
            && value.dims().isPresent()
            && value.dims().get().size() == fact.rank();
    for (int i = 0; agrees && i < fact.rank(); i++) {
      long size = value.dims().get().get(i);
      agrees = size == -1 || size == fact.dims()[i];
    }
    require(agrees, "'" + value.name() + "' which is " + fact, "what the graph says of it");
  }

  /** Values that no later node reads give their memory back. */
  private void release(OnnxGraph.Node node, int at, Map<String, Integer> last) {
    Set<String> names = new HashSet<>(node.outputs());
    names.removeIf(last::containsKey); // never read
    Set<String> read = new HashSet<>();
    addReads(node, read);
    read.stream().filter(name -> last.getOrDefault(name, -1) == at).forEach(names::add);
    for (String name : names) {
      Fact fact = facts.get(name);
      if (producers.containsKey(name) && !fact.constant()) {
        live -= fact.bytes();
      }
    }
  }

  /** The last node that reads a name; results are read by nobody last. */
  private static Map<String, Integer> lastUses(OnnxGraph graph) {
    Map<String, Integer> last = new HashMap<>();
    Set<String> made = new HashSet<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      made.addAll(graph.nodes().get(i).outputs());
      Set<String> read = new HashSet<>();
      addReads(graph.nodes().get(i), read);
      for (String name : read) {
        if (made.contains(name)) {
          last.put(name, i);
        }
      }
    }
    graph.outputs().forEach(output -> last.put(output.name(), Integer.MAX_VALUE));
    return last;
  }

  private static void addReads(OnnxGraph.Node node, Set<String> into) {
    into.addAll(node.inputs());
    for (OnnxGraph.Attribute attribute : node.attributes().values()) {
      if (attribute.value().orElse("") instanceof OnnxGraph body) {
        body.nodes().forEach(inner -> addReads(inner, into));
      }
    }
  }

  static void require(boolean condition, String found, String expected) {
    if (!condition) {
      throw refused(found, expected);
    }
  }

  /** For what is looked at in every node, so that a message is made for what is refused alone. */
  private static IllegalArgumentException refused(String found, String expected) {
    return new IllegalArgumentException("found " + found + ", expected " + expected);
  }
}
