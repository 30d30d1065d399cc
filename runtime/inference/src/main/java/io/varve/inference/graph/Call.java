package io.varve.inference.graph;

import io.varve.inference.file.OnnxGraph;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One node as a rule sees it: the facts of its inputs, and its attributes. Whatever is not as it
 * must be throws an {@link IllegalArgumentException}.
 */
final class Call {
  private static final int FLOAT = 1;
  private static final int INT = 2;
  private static final int STRING = 3;
  private static final int GRAPH = 5;
  private static final int INTS = 7;
  private static final int STRINGS = 8;

  private final OnnxGraph.Node node;
  private final List<Optional<Fact>> inputs;
  private final Body body;
  private final Set<String> asked = new HashSet<>();

  /** Walks the graph of an attribute: given the facts of its inputs, those of its outputs. */
  interface Body {
    List<Fact> walk(OnnxGraph graph, List<Fact> inputs, long rounds);
  }

  Call(OnnxGraph.Node node, List<Optional<Fact>> inputs, Body body) {
    this.node = node;
    this.inputs = inputs;
    this.body = body;
  }

  /** The results of a rule, after a check that it has asked for every attribute. */
  List<Fact> results(Rule rule) {
    List<Fact> results = rule.infer(this);
    if (!asked.containsAll(node.attributes().keySet())) {
      Set<String> rest = new HashSet<>(node.attributes().keySet());
      rest.removeAll(asked);
      throw refused("attributes " + rest, "none of them");
    }
    if (outputs() > results.size()) {
      throw refused(outputs() + " outputs", "at most " + results.size());
    }
    return results;
  }

  int count() {
    return inputs.size();
  }

  int outputs() {
    return node.outputs().size();
  }

  boolean has(int i) {
    return i < inputs.size() && inputs.get(i).isPresent();
  }

  /** An input that must be there. */
  Fact in(int i) {
    if (!has(i)) {
      throw refused(inputs.size() + " inputs", "input " + i);
    }
    return inputs.get(i).get();
  }

  /** Checks how many inputs there are. */
  Call takes(int least, int most) {
    if (inputs.size() < least || inputs.size() > most) {
      throw refused(inputs.size() + " inputs", least + " to " + most);
    }
    return this;
  }

  /** The known numbers of an input that is a list. */
  long[] numbers(int i) {
    if (in(i).rank() != 1) {
      throw refused("input " + i + " " + in(i), "a list");
    }
    return known(i);
  }

  /** The one known number of an input. */
  long number(int i) {
    long[] numbers = known(i);
    require(numbers.length == 1, numbers.length + " numbers as input " + i, "one");
    return numbers[0];
  }

  private long[] known(int i) {
    Fact fact = in(i);
    if (fact.numbers().isEmpty() || fact.type() != ElementType.INT64) {
      throw refused("input " + i + " which is computed", "numbers of int64 that are known before");
    }
    return fact.numbers().get();
  }

  /** The axis that an attribute names, counted from the front. */
  int axis(long otherwise, int rank) {
    return axisOf(whole("axis", otherwise), rank);
  }

  int axisOf(long axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw refused("axis " + axis, "one of " + rank);
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Several axes, counted from the front, each once. */
  int[] axesOf(long[] axes, int rank) {
    int[] all = Arrays.stream(axes).mapToInt(axis -> axisOf(axis, rank)).toArray();
    require(Arrays.stream(all).distinct().count() == all.length, "axes twice", "each once");
    return all;
  }

  /** A flag, 0 or 1. */
  boolean flag(String name, boolean otherwise) {
    long value = whole(name, otherwise ? 1 : 0);
    require(value == 0 || value == 1, name + " " + value, "0 or 1");
    return value == 1;
  }

  long whole(String name, long otherwise) {
    return attribute(name, INT).map(Long.class::cast).orElse(otherwise);
  }

  /** A number that must be finite. */
  void real(String name) {
    float value = attribute(name, FLOAT).map(Float.class::cast).orElse(0f);
    require(Float.isFinite(value), name + " " + value, "a finite number");
  }

  /** Numbers within bounds, so many of them. */
  long[] wholes(String name, int count, long otherwise, long least, long most) {
    long[] values = new long[count];
    Arrays.fill(values, otherwise);
    long[] given = wholes(name).orElse(values);
    boolean fits =
        given.length == count && Arrays.stream(given).allMatch(v -> v >= least && v <= most);
    String expected = count + " numbers from " + least + " to " + most;
    require(fits, name + " " + Arrays.toString(given), expected);
    return given;
  }

  Optional<long[]> wholes(String name) {
    return attribute(name, INTS)
        .map(values -> ((List<?>) values).stream().mapToLong(v -> (Long) v).toArray());
  }

  /** A text that must be one of a few. */
  String text(String name, String otherwise, String... others) {
    String value = attribute(name, STRING).map(String.class::cast).orElse(otherwise);
    boolean known = value.equals(otherwise) || List.of(others).contains(value);
    require(known, name + " '" + value + "'", otherwise + " or one of " + List.of(others));
    return value;
  }

  /** Texts that must all be among a few. */
  void texts(String name, String... known) {
    Object values = attribute(name, STRINGS).orElse(List.of());
    require(
        List.of(known).containsAll((List<?>) values), name + " " + values, "of " + List.of(known));
  }

  /** Walks the body. */
  List<Fact> body(List<Fact> into, long rounds) {
    OnnxGraph graph = bodyGraph();
    boolean fits = graph.inputs().size() == into.size();
    require(fits, graph.inputs().size() + " inputs of the body", into.size() + "");
    return body.walk(graph, into, rounds);
  }

  OnnxGraph bodyGraph() {
    Optional<Object> graph = attribute("body", GRAPH);
    require(graph.isPresent(), "no body", "one");
    return (OnnxGraph) graph.get();
  }

  private Optional<Object> attribute(String name, int type) {
    asked.add(name);
    Map<String, OnnxGraph.Attribute> all = node.attributes();
    if (!all.containsKey(name)) {
      return Optional.empty();
    }
    OnnxGraph.Attribute attribute = all.get(name);
    boolean fits = attribute.type() == type && attribute.value().isPresent();
    if (!fits) {
      throw refused(name + " of type " + attribute.type(), "type " + type);
    }
    return attribute.value();
  }

  void require(boolean condition, String found, String expected) {
    if (!condition) {
      throw refused(found, expected);
    }
  }

  /** For what is looked at in every node, so that a message is made for what is refused alone. */
  IllegalArgumentException refused(String found, String expected) {
    return new IllegalArgumentException("found " + found + ", expected " + expected);
  }
}
