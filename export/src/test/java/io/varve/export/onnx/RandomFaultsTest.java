package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDManager;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.varve.export.onnx.RandomCheck.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Random programs would find a wrong lowering: each of these faults is put into the graphs, and
 * some program must show it, and shrink to the operation that is wrong.
 */
class RandomFaultsTest {
  /** Within as many programs each fault must be found; an ordinary build checks a few hundred. */
  private static final int PROGRAMS = 150;

  /** What is left of a program that shows a fault: the wrong statement and what it takes. */
  private static final int STATEMENTS = 3;

  /** A fault and the words of one of which the smallest program has. */
  private record Fault(String type, Consumer<NodeProto.Builder> change, String words) {}

  private static Fault renamed(String type, String other, String words) {
    return new Fault(type, node -> node.setOpType(other), words);
  }

  private static void swapped(NodeProto.Builder node) {
    String first = node.getInput(0);
    node.setInput(0, node.getInput(1)).setInput(1, first);
  }

  private static void numbers(NodeProto.Builder node, String attribute, UnaryOperator<long[]> of) {
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      if (one.getName().equals(attribute)) {
        long[] numbers = one.getIntsList().stream().mapToLong(Long::longValue).toArray();
        one.clearInts();
        LongStream.of(of.apply(numbers)).forEach(one::addInts);
      }
    }
  }

  private static final Map<String, Fault> FAULTS =
      new TreeMap<>(
          Map.of(
              "operands in the wrong order",
              new Fault("Sub", RandomFaultsTest::swapped, "sub|diff|rsub"),
              "a minimum for a maximum",
              renamed("ReduceMax", "ReduceMin", "max|Max"),
              "a tie that falls to the wrong side",
              renamed("GreaterOrEqual", "Greater", "gte|where"),
              "the wrong end of the order",
              renamed("ArgMax", "ArgMin", "argMax"),
              "pieces in the wrong order",
              new Fault("Concat", RandomFaultsTest::swapped, "concat|stack|linear"),
              "half a padding",
              new Fault(
                  "Conv",
                  node -> numbers(node, "pads", pads -> LongStream.of(pads).map(p -> 0).toArray()),
                  "convolution")));

  @TestFactory
  Stream<DynamicTest> findsAWrongLowering() {
    return FAULTS.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> found(entry.getValue())));
  }

  private static void found(Fault fault) {
    try (NDManager manager = NDManager.newBaseManager()) {
      for (long seed = 0; seed < PROGRAMS; seed++) {
        try (NDManager own = manager.newSubManager()) {
          RandomProgram program = RandomPrograms.draw(seed, own);
          if (fails(program, own, fault)) {
            RandomProgram small = new RandomShrinking(p -> fails(p, own, fault)).shrink(program);
            assertThat(small.toString()).containsPattern("(?s)(" + fault.words() + ")");
            assertThat(small.size()).as(small.toString()).isLessThanOrEqualTo(STATEMENTS);
            return;
          }
        }
      }
    }
    assertThat(fault).as("a fault that no program showed").isNull();
  }

  private static boolean fails(RandomProgram program, NDManager manager, Fault fault) {
    return RandomCheck.of(program, manager, graph -> broken(graph, fault)).outcome()
        == Outcome.FAILED;
  }

  /** Empty where there is nothing to break. */
  private static Optional<byte[]> broken(byte[] graph, Fault fault) {
    try {
      ModelProto.Builder model = ModelProto.parseFrom(graph).toBuilder();
      List<NodeProto.Builder> nodes =
          model.getGraphBuilder().getNodeBuilderList().stream()
              .filter(node -> node.getOpType().equals(fault.type()))
              .toList();
      nodes.forEach(fault.change());
      return nodes.isEmpty() ? Optional.empty() : Optional.of(model.build().toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
