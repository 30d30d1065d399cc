package io.varve.inference.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.varve.inference.file.OnnxGraph;
import io.varve.inference.file.OnnxGraph.Attribute;
import io.varve.inference.file.OnnxGraph.Node;
import io.varve.inference.file.OnnxGraph.Tensor;
import io.varve.inference.file.OnnxGraph.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Graphs from x [B, 4] of float32 to y. */
// Longer than other classes: a case for every rule.
class GraphCheckTest {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final List<Node> nodes = new ArrayList<>();
  private final List<Tensor> constants = new ArrayList<>();

  @Test
  void acceptsWhatComputesTheOutput() {
    node("Relu", "y", "x");
    accepted(4L);
  }

  @Test
  void refusesOutputsOfAnotherShapeThanTheyAreSaidToHave() {
    ints("axis", 1);
    node("Unsqueeze", "y", "x", "axis");
    refused("output 'y' FLOAT32[2, 1, 4] of 2 rows, expected FLOAT32[2, 4]", 4L);
    nodes.clear();
    node("IsNaN", "y", "x");
    refused("output 'y' BOOL[2, 4]", 4L);
  }

  @Test
  void refusesShapesThatGrowWithTheSquareOfTheBatch() {
    nodes.add(new Node("Transpose", List.of("x"), List.of("t"), Map.of()));
    node("MatMul", "square", "x", "t"); // [B, B]
    ints("axis", 1);
    node("ReduceSum", "sum", "square", "axis"); // [B, 1]
    node("Mul", "y", "sum", "x");
    accepted(4L);
    nodes.remove(nodes.size() - 1);
    node("Mul", "wrong", "square", "sum");
    node("Identity", "y", "wrong");
    refused("output 'y' FLOAT32[2, 2] of 2 rows", 4L);
  }

  @Test
  void refusesNamesTwiceAndBeforeTheyAreComputed() {
    node("Add", "a", "b", "x");
    node("Add", "b", "a", "x");
    node("Relu", "y", "x");
    refused("Add 'a': found 'b' before it is computed", 4L);
    nodes.clear();
    node("Relu", "y", "x");
    node("Abs", "y", "x");
    refused("Abs 'y': found 'y' twice", 4L);
    nodes.clear();
    node("Relu", "x", "x");
    refused("Relu 'x': found 'x' twice", 4L);
  }

  @Test
  void refusesMemoryThatDoublesAgainAndAgain() {
    String last = "x";
    for (int i = 0; i < 40; i++) {
      nodes.add(concat("c" + i, last, last));
      last = "c" + i;
    }
    refused("Concat 'c22': found 402653184 bytes at once, expected at most 268435", 4L);
    nodes.clear();
    ints("much", 1, 1L << 29);
    node("Expand", "large", "x", "much");
    refused("Expand 'large': found [2, 4] beside [1, 536870912]", 4L);
    nodes.clear();
    floats("one", 1f);
    ints("wide", 1L << 29);
    node("Expand", "large", "one", "wide");
    refused("Expand 'large': found 2147483648 bytes at once, expected at most 268435", 4L);
    nodes.clear();
    ints("wider", 1L << 40);
    node("Expand", "large", "one", "wider");
    refused("Expand 'large': found a value of shape", 4L);
  }

  @Test
  void refusesDivisionsOfWholeNumbersThatStopTheProcess() {
    for (String operator : List.of("Div", "Mod")) {
      for (long divisor : new long[] {0, -1}) {
        nodes.clear();
        constants.clear();
        ints("divisor", divisor);
        divide(operator);
        refused("a division of whole numbers, expected by constants that are neither 0", 4L);
      }
      nodes.clear();
      constants.clear();
      ints("divisor", 3);
      divide(operator);
      accepted(4L);
      nodes.clear();
      nodes.add(new Node("Cast", List.of("x"), List.of("divisors"), attribute("to", 2, INT64)));
      nodes.add(new Node("Cast", List.of("x"), List.of("n"), attribute("to", 2, INT64)));
      node(operator, "d", "n", "divisors");
      refused("a division of whole numbers, expected by constants", 4L);
    }
  }

  private void divide(String operator) {
    nodes.add(new Node("Cast", List.of("x"), List.of("n"), attribute("to", 2, INT64)));
    node(operator, "d", "n", "divisor");
    nodes.add(new Node("Cast", List.of("d"), List.of("y"), attribute("to", 2, FLOAT)));
  }

  @Test
  void refusesStridesAndGroupsOfNothing() {
    ints("axis", 1);
    node("Unsqueeze", "c", "x", "axis");
    constants.add(tensor("k", FLOAT, List.of(1L, 1L, 3L), 12));
    for (String name : List.of("strides", "dilations")) {
      nodes.add(new Node("Conv", List.of("c", "k"), List.of("y"), listed(name, 0)));
      refused("found " + name + " [0], expected 1 numbers from 1", 4L);
      nodes.remove(nodes.size() - 1);
    }
    nodes.add(new Node("Conv", List.of("c", "k"), List.of("y"), attribute("group", 2, 0)));
    refused("group 0", 4L);
    nodes.remove(nodes.size() - 1);
    nodes.add(new Node("Conv", List.of("c", "k"), List.of("y"), Map.of()));
    refused("output 'y' FLOAT32[2, 1, 2]", 4L);
  }

  @Test
  void boundsLoops() {
    loop("rounds", 3);
    accepted(4L);
    loop("rounds", 1L << 40);
    refused("Loop 'y': found 1099511627776 rounds, expected at most 1048576", 4L);
    loop("rounds", -1);
    refused("-1 rounds", 4L);
    loop("", 3);
    refused("Loop 'y': found 3 inputs, expected input 0", 4L);
  }

  private void loop(String count, long rounds) {
    nodes.clear();
    constants.clear();
    ints("rounds", rounds);
    OnnxGraph body =
        new OnnxGraph(
            "body",
            List.of(
                new Node("Identity", List.of("on"), List.of("again"), Map.of()),
                new Node("Add", List.of("state", "x"), List.of("next"), Map.of())),
            List.of(),
            List.of(
                new Value("round", INT64, Optional.of(List.of())),
                new Value("on", 9, Optional.of(List.of())),
                new Value("state", FLOAT, Optional.of(List.of(-1L, 4L)))),
            List.of(
                new Value("again", 9, Optional.of(List.of())),
                new Value("next", FLOAT, Optional.of(List.of(-1L, 4L)))));
    Map<String, Attribute> attributes = Map.of("body", new Attribute(5, Optional.of(body)));
    nodes.add(new Node("Loop", List.of(count, "", "x"), List.of("y"), attributes));
  }

  /** The export writes a NaN where there was one, and infinities to choose from. */
  @Test
  void letsNaNAndInfinityStandOnlyWhereTheyAreChosen() {
    floats("nan", Float.NaN);
    floats("infinity", Float.POSITIVE_INFINITY);
    node("IsNaN", "asked", "x");
    node("Where", "y", "asked", "nan", "x");
    accepted(4L);
    node("Equal", "same", "x", "x");
    node("Where", "z", "same", "infinity", "x");
    accepted(4L);
    node("Where", "w", "same", "nan", "x");
    refused("Where 'w': found a NaN in constant 'nan', expected finite numbers", 4L);
    nodes.remove(nodes.size() - 1);
    node("Add", "w", "x", "infinity");
    refused("Add 'w': found an infinity in constant 'infinity'", 4L);
  }

  @Test
  void refusesAttributesThatAreNotTheOperators() {
    nodes.add(new Node("Relu", List.of("x"), List.of("y"), attribute("odd", 2, 1)));
    refused("found attributes [odd], expected none of them", 4L);
    nodes.clear();
    nodes.add(new Node("Softmax", List.of("x"), List.of("y"), attribute("axis", 2, 5)));
    refused("axis 5, expected one of 2", 4L);
    nodes.clear();
    Map<String, Attribute> alpha = Map.of("alpha", new Attribute(1, Optional.of(Float.NaN)));
    nodes.add(new Node("LeakyRelu", List.of("x"), List.of("y"), alpha));
    refused("alpha NaN, expected a finite number", 4L);
  }

  /** A mask is computed from sizes and as large as the weights that it is for. */
  @Test
  void allowsConstantsAsLargeAsTheWeights() {
    int size = 1 << 24;
    constants.add(tensor("w", FLOAT, List.of((long) size), 4 * size));
    node("Abs", "a", "w");
    for (int i = 0; i < 10; i++) {
      node("Mul", "m" + i, "a", "w");
    }
    node("Relu", "y", "x");
    accepted(4L);
  }

  /** ONNX Runtime computes what depends on no input while it opens a graph. */
  @Test
  void refusesWorkThatNothingCanStop() {
    floats("one", 1f);
    ints("wide", 1, 1, 1400, 1400);
    ints("kernel", 1, 1, 700, 700);
    nodes.add(new Node("Expand", List.of("one", "wide"), List.of("image"), Map.of()));
    nodes.add(new Node("Expand", List.of("one", "kernel"), List.of("k"), Map.of()));
    nodes.add(new Node("Conv", List.of("image", "k"), List.of("c"), Map.of()));
    node("Relu", "y", "x");
    refused("Conv 'c': found 240786490000 products in one node, expected at most 137438953472", 4L);
    nodes.clear();
    constants.clear();
    floats("one", 1f);
    ints("square", 1500, 1500);
    nodes.add(new Node("Expand", List.of("one", "square"), List.of("m0"), Map.of()));
    for (int i = 0; i < 5; i++) {
      node("MatMul", "m" + (i + 1), "m" + i, "m" + i);
    }
    node("Relu", "y", "x");
    accepted(4L);
    node("MatMul", "m6", "m5", "m5");
    refused("MatMul 'm6': found 20252250003 products that depend on no input", 4L);
  }

  @Test
  void refusesConstantsThatDoNotFillTheirShape() {
    node("Relu", "y", "x");
    constants.add(tensor("k", FLOAT, List.of(3L), 8));
    refused("tensor 'k': found 8 bytes, expected 12", 4L);
    constants.set(0, tensor("k", 10, List.of(4L), 8));
    refused("tensor 'k': found type 10, expected a type of bundles", 4L);
    constants.set(0, tensor("k", FLOAT, List.of(1L << 32, 1L << 32), 8));
    refused("tensor 'k': found shape", 4L);
    constants.set(0, tensor("k", FLOAT, List.of(-1L), 0));
    refused("tensor 'k': found shape [-1]", 4L);
  }

  @Test
  void knowsOnlyOperatorsThatItHasRulesFor() {
    assertThat(Operators.names())
        .contains("Conv", "Loop", "Scan")
        .doesNotContain("If", "RandomNormal", "ConstantOfShape", "NonZero", "StringConcat");
  }

  private void node(String operator, String output, String... inputs) {
    nodes.add(new Node(operator, List.of(inputs), List.of(output), Map.of()));
  }

  private static Node concat(String output, String... inputs) {
    return new Node("Concat", List.of(inputs), List.of(output), attribute("axis", 2, 1));
  }

  private static Map<String, Attribute> attribute(String name, int type, long value) {
    return Map.of(name, new Attribute(type, Optional.of(value)));
  }

  private static Map<String, Attribute> listed(String name, long value) {
    return Map.of(name, new Attribute(7, Optional.of(List.of(value))));
  }

  private void ints(String name, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    List<Long> dims = name.equals("rounds") ? List.of() : List.of((long) values.length);
    constants.add(new Tensor(name, INT64, dims, Optional.of(bytes), Optional.empty()));
  }

  private void floats(String name, float value) {
    ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, value);
    constants.add(new Tensor(name, FLOAT, List.of(), Optional.of(bytes), Optional.empty()));
  }

  private static Tensor tensor(String name, int type, List<Long> dims, int bytes) {
    return new Tensor(name, type, dims, Optional.of(ByteBuffer.allocate(bytes)), Optional.empty());
  }

  private void accepted(Long... shape) {
    assertThatCode(() -> check(shape)).doesNotThrowAnyException();
  }

  private void refused(String message, Long... shape) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check(shape))
        .withMessageContaining(message);
  }

  private void check(Long... shape) {
    OnnxGraph graph =
        new OnnxGraph(
            "graph",
            nodes,
            constants,
            List.of(new Value("x", FLOAT, Optional.of(List.of(-1L, 4L)))),
            List.of(new Value("y", FLOAT, Optional.of(List.of(-1L, 4L)))));
    List<GraphCheck.Port> inputs =
        List.of(new GraphCheck.Port("x", ElementType.FLOAT32, List.of(4L)));
    List<GraphCheck.Port> outputs =
        List.of(new GraphCheck.Port("y", ElementType.FLOAT32, List.of(shape)));
    GraphCheck.check(graph, inputs, outputs);
  }
}
