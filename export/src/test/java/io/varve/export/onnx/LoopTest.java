package io.varve.export.onnx;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.OnnxGraphTest;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {
  private static final int D = 6;

  private final NDManager manager = NDManager.newBaseManager();
  private final Parameter weight =
      Parameter.builder().setName("w").setType(Parameter.Type.OTHER).build();
  private final ParameterStore values = new ParameterStore(manager, false);

  LoopTest() {
    weight.setArray(manager.randomNormal(new Shape(D, D)));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private OnnxExporter exporter(Traced code) {
    return OnnxExporter.of(code).parameters(Map.of(weight, "w"), values);
  }

  private ParityGate parity(Traced code) {
    return Exports.parity(exporter(code));
  }

  private static GraphProto body(OnnxGraph graph) {
    NodeProto loop =
        OnnxGraphTest.proto(graph).getNodeList().stream()
            .filter(n -> n.getOpType().equals("Loop"))
            .findFirst()
            .orElseThrow();
    return loop.getAttribute(0).getG();
  }

  private static List<String> types(GraphProto graph) {
    return graph.getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  /** A triangular map y = x + f(x), inverted by iterating to the fixed point. */
  private Map<String, NDArray> inverted(Trace trace) {
    NDArray y = normal(trace, "y", new Shape(D));
    NDArray w = trace.parameters().getValue(weight, manager.getDevice(), false);
    NDArray mask = trace.manager().create(below());
    NDArray rounds = trace.manager().zeros(new Shape(), DataType.INT64);
    NDArray residual = y.sum(new int[] {1}).onesLike();
    NDList found =
        trace.repeat(
            D + 1,
            new NDList(y, residual, rounds),
            s -> s.get(1).gt(1e-6f).any(),
            s -> {
              NDArray x = y.sub(s.get(0).matMul(w.mul(mask)).tanh());
              return new NDList(x, x.sub(s.get(0)).abs().max(new int[] {1}), s.get(2).add(1L));
            });
    return outputs(found.toArray(NDArray[]::new));
  }

  private static float[][] below() {
    float[][] mask = new float[D][D];
    for (int i = 0; i < D; i++) {
      for (int j = i + 1; j < D; j++) {
        mask[i][j] = 1;
      }
    }
    return mask;
  }

  @Test
  void invertsATriangularMapByFixedPoints() {
    ParityGate parity = parity(this::inverted).require(Exports.TOLERANCE);
    assertThat(parity.results()).extracting(ParityGate.Result::output).contains("y0", "y1", "y2");
    for (ParityGate.Vectors vectors : parity.vectors()) {
      long rounds =
          vectors.outputs().get(2).data().order(java.nio.ByteOrder.nativeOrder()).getLong();
      assertThat(rounds).isBetween(2L, D + 1L);
    }
  }

  /** The weights are masked once, before the loop; sizes and constants stand outside too. */
  @Test
  void repeatsOnlyWhatDependsOnTheState() {
    OnnxGraph graph = exporter(this::inverted).trace(manager);
    assertThat(types(OnnxGraphTest.proto(graph))).containsOnlyOnce("Loop").contains("Mul");
    assertThat(types(body(graph)))
        .contains("MatMul", "Tanh", "Greater")
        .doesNotContain("Mul", "Shape");
    assertThat(body(graph).getInitializerList()).isEmpty();
    assertThat(OnnxGraphTest.proto(graph).getInitializerList())
        .filteredOn(t -> t.getName().equals("w"))
        .hasSize(1);
    assertThat(body(graph).getNode(0).getName()).startsWith("LoopTest:");
  }

  @Test
  void runsAsOftenAsAsked() {
    for (int count : new int[] {0, 1, 7}) {
      parity(
              trace -> {
                NDArray x = normal(trace, "x", new Shape(4));
                UnaryOperator<NDList> body = s -> new NDList(s.get(1).mul(0.5f), s.get(0).add(x));
                return outputs(
                    trace.repeat(count, new NDList(x, x.neg()), body).toArray(NDArray[]::new));
              })
          .require(Exports.TOLERANCE);
    }
  }

  @Test
  void runsAsOftenAsTheBatch() {
    parity(
            trace -> {
              NDArray x = normal(trace, "x", new Shape(4));
              return outputs(
                  trace
                      .repeat(trace.batch(), new NDList(x), s -> new NDList(s.get(0).add(1)))
                      .get(0));
            })
        .require(Exports.TOLERANCE);
  }

  @Test
  void doesNotStartWhereTheConditionIsFalse() {
    parity(
            trace -> {
              NDArray x = normal(trace, "x", new Shape(4));
              NDList done =
                  trace.repeat(
                      9,
                      new NDList(x),
                      s -> s.get(0).isNaN().any(),
                      s -> new NDList(s.get(0).add(1)));
              return outputs(done.get(0));
            })
        .require(0);
  }

  @Test
  void repeatsWithinRepeats() {
    parity(
            trace -> {
              NDArray x = normal(trace, "x", new Shape(4));
              NDArray w = trace.parameters().getValue(weight, manager.getDevice(), false);
              NDList outer =
                  trace.repeat(
                      3,
                      new NDList(x, trace.manager().zeros(new Shape(), DataType.INT64)),
                      s -> {
                        NDArray scale = s.get(0).abs().max().add(1);
                        NDList inner =
                            trace.repeat(
                                4,
                                new NDList(s.get(0), s.get(1)),
                                t -> t.get(0).abs().sum().gt(1f),
                                t ->
                                    new NDList(
                                        t.get(0).div(scale).add(w.get("0,0:4").mul(0.01f)),
                                        t.get(1).add(1L)));
                        return new NDList(inner.get(0).add(x.mul(0.3f)), inner.get(1));
                      });
              return outputs(outer.toArray(NDArray[]::new));
            })
        .require(Exports.TOLERANCE);
  }

  /** Results that are the state itself, an outer array, a constant, or one array twice. */
  @Test
  void handsOnWhatIsNoNodeOfTheBody() {
    parity(
            trace -> {
              NDArray x = normal(trace, "x", new Shape(4));
              NDList found =
                  trace.repeat(
                      2,
                      new NDList(x.neg(), x, x, x.exp(), x.sum()),
                      s -> {
                        NDArray y = s.get(0).add(s.get(3));
                        return new NDList(y, y, x, s.get(3), trace.manager().create(2f));
                      });
              return outputs(found.toArray(NDArray[]::new));
            })
        .require(Exports.TOLERANCE);
  }

  /** An output of the graph that a body reads is renamed there too. */
  @Test
  void readsOutputsInABody() {
    parity(
            trace -> {
              NDArray x = normal(trace, "x", new Shape(4));
              NDArray y = x.exp();
              NDArray z = trace.repeat(2, new NDList(x), s -> new NDList(s.get(0).mul(y))).get(0);
              return outputs(y, z);
            })
        .require(Exports.TOLERANCE);
  }

  @Test
  void refusesWhatALoopCannotDo() {
    refuses(
        "input 'late' is declared in the body of a loop",
        (trace, x) ->
            trace.repeat(2, new NDList(x), s -> new NDList(normal(trace, "late", new Shape(4)))));
    List<NDArray> kept = new ArrayList<>();
    refuses(
        "made in the body of a loop, which is over",
        (trace, x) -> {
          trace.repeat(
              2,
              new NDList(x),
              s -> {
                kept.add(s.get(0).exp());
                return s;
              });
          return new NDList(x.add(kept.get(kept.size() - 1)));
        });
    refuses(
        "changes an array from outside the loop in place",
        (trace, x) -> {
          NDArray sum = x.mul(1);
          trace.repeat(2, new NDList(x), s -> new NDList(sum.addi(s.get(0))));
          return new NDList(sum);
        });
    refuses(
        "changes an array from outside the loop in place",
        (trace, x) -> {
          NDArray sum = x.mul(1);
          return trace.repeat(2, new NDList(x), s -> new NDList(sum.reshape(-1, 4).addi(s.get(0))));
        });
    refuses(
        "changes an array that it was given in place",
        (trace, x) -> trace.repeat(2, new NDList(x), s -> new NDList(s.get(0).addi(1))));
    refuses(
        "into [float32 (3, 8)]",
        (trace, x) -> trace.repeat(2, new NDList(x), s -> new NDList(s.get(0).concat(x, 1))));
    refuses(
        "expected one boolean",
        (trace, x) -> trace.repeat(2, new NDList(x), s -> s.get(0).gt(0), s -> s));
    refuses(
        "not done alike at batch 3 and 5",
        (trace, x) ->
            trace.repeat(
                2,
                new NDList(x),
                s -> new NDList(trace.batch() > 4 ? s.get(0).exp() : s.get(0).neg())));
  }

  private interface Part {
    NDList of(Trace trace, NDArray x);
  }

  private void refuses(String words, Part part) {
    Traced code = trace -> Map.of("y", part.of(trace, normal(trace, "x", new Shape(4))).get(0));
    assertThatThrownBy(() -> exporter(code).trace(manager))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words)
        .message()
        .doesNotContain("\n");
  }
}
