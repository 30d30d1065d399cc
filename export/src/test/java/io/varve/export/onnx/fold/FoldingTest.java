package io.varve.export.onnx.fold;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.Exports;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.OnnxGraphTest;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.Safetensors;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FoldingTest {
  private static final int SIZE = 6;

  private final NDManager manager = NDManager.newBaseManager();
  private final Parameter weight = parameter("weight", new Shape(SIZE, SIZE));
  private final Parameter degrees = parameter("degrees", new Shape(SIZE));
  private final Map<Parameter, String> names = Map.of(weight, "p.weight", degrees, "p.degrees");

  @AfterEach
  void close() {
    manager.close();
  }

  private Parameter parameter(String name, Shape shape) {
    Parameter parameter = Parameter.builder().setName(name).setType(Parameter.Type.OTHER).build();
    parameter.setArray(manager.randomNormal(shape, DataType.FLOAT32));
    return parameter;
  }

  private NDArray value(Trace trace, Parameter parameter) {
    return trace.parameters().getValue(parameter, manager.getDevice(), false);
  }

  private NDArray masked(Trace trace) {
    NDArray w = value(trace, weight);
    NDArray d = value(trace, degrees);
    return NDArrays.where(d.expandDims(1).gte(d.expandDims(0)), w, trace.manager().create(0f));
  }

  private static NDArray input(Trace trace) {
    return Exports.normal(trace, "x", new Shape(SIZE));
  }

  private OnnxExporter exporter(BiFunction<Trace, NDArray, NDArray> code) {
    Traced traced = trace -> Map.of("y", code.apply(trace, input(trace)));
    return OnnxExporter.of(traced).parameters(names, new ParameterStore(manager, false)).folded();
  }

  /** The graph, after it was held against the code. */
  private OnnxGraph checked(BiFunction<Trace, NDArray, NDArray> code) {
    assertThat(Exports.parity(exporter(code)).worst()).isLessThan(Exports.TOLERANCE);
    return exporter(code).trace(manager);
  }

  private static List<String> stored(OnnxGraph graph) {
    return graph.weights().stream().map(Safetensors.Entry::name).toList();
  }

  private static List<String> operators(OnnxGraph graph) {
    return OnnxGraphTest.everyNode(graph.structure()).map(node -> node.getOpType()).toList();
  }

  @Test
  void storesWhatIsMadeOfParametersInTheirPlace() {
    OnnxGraph graph = checked((trace, x) -> x.matMul(masked(trace)));
    assertThat(operators(graph)).containsExactly("MatMul");
    assertThat(stored(graph)).hasSize(1).allMatch(name -> name.matches("p\\.weight@[0-9a-f]{12}"));
    assertThat(graph.weights().get(0).shape()).containsExactly(SIZE, SIZE);
  }

  @Test
  void keepsAParameterThatIsReadAsItIsToo() {
    OnnxGraph graph =
        checked((trace, x) -> x.matMul(masked(trace)).add(x.matMul(value(trace, weight))));
    assertThat(stored(graph)).hasSize(2).contains("p.weight");
  }

  @Test
  void sharesWhatIsComputedAlikeAndNothingElse() {
    List<String> product = stored(checked((trace, x) -> x.matMul(masked(trace))));
    List<String> other = stored(checked((trace, x) -> x.exp().matMul(masked(trace)).abs()));
    List<String> negated = stored(checked((trace, x) -> x.matMul(masked(trace).neg())));
    assertThat(other).isEqualTo(product);
    assertThat(negated).doesNotContainAnyElementsOf(product);
  }

  @Test
  void storesNothingLargerThanItsParameters() {
    OnnxGraph graph =
        checked(
            (trace, x) -> {
              NDArray d = value(trace, degrees).exp();
              return x.matMul(d.expandDims(1).mul(d.expandDims(0)));
            });
    assertThat(operators(graph)).contains("Mul").doesNotContain("Exp");
    assertThat(graph.weights())
        .allMatch(entry -> entry.shape().length <= 2 && entry.length() <= 24);
  }

  @Test
  void leavesWhatIsDelivered() {
    Traced code =
        trace -> {
          NDArray m = masked(trace);
          return Map.of("y", input(trace).matMul(m), "mask", m.neg());
        };
    OnnxExporter exporter =
        OnnxExporter.of(code).parameters(names, new ParameterStore(manager, false)).folded();
    assertThat(Exports.parity(exporter).worst()).isLessThan(Exports.TOLERANCE);
    assertThat(operators(exporter.trace(manager))).containsExactlyInAnyOrder("MatMul", "Neg");
  }

  @Test
  void findsWhatALoopReads() {
    OnnxGraph graph =
        checked(
            (trace, x) ->
                trace
                    .repeat(
                        3,
                        new NDList(x),
                        state -> new NDList(state.head().matMul(masked(trace)).tanh()))
                    .head());
    assertThat(operators(graph)).contains("Loop", "MatMul").doesNotContain("Where");
    assertThat(stored(graph)).hasSize(1).allMatch(name -> name.startsWith("p.weight@"));
  }

  @Test
  void leavesAGraphWithNothingToComputeAsItIs() {
    OnnxGraph graph = checked((trace, x) -> x.matMul(value(trace, weight)));
    assertThat(stored(graph)).containsExactly("p.weight");
  }

  @Test
  void writesTheValuesThatParametersHaveThen() {
    OnnxGraph graph = exporter((trace, x) -> x.matMul(masked(trace))).trace(manager);
    NDArray expected =
        NDArrays.where(
            degrees.getArray().expandDims(1).gte(degrees.getArray().expandDims(0)),
            weight.getArray(),
            manager.create(0f));
    assertThat(graph.weights().get(0).data()).isEqualTo(expected.toByteBuffer());
  }
}
