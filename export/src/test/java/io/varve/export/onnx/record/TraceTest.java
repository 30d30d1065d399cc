package io.varve.export.onnx.record;

import static io.varve.export.onnx.Exports.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.Exports;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.check.ParityGate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a trace hands out, and what it refuses to. */
class TraceTest {
  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void refusesAnArrayKeptFromAnEarlierRun() {
    NDArray[] kept = new NDArray[1];
    Traced code =
        trace -> {
          NDArray x = normal(trace, "x", new Shape(4));
          kept[0] = kept[0] == null ? trace.manager().create(1f) : kept[0];
          return Map.of("y", x.add(kept[0]));
        };
    assertThatThrownBy(() -> Exports.export(code)).hasMessageContaining("kept from an earlier run");
  }

  @Test
  void refusesBadInputs() {
    assertThatThrownBy(
            () ->
                Exports.export(
                    trace -> {
                      NDArray x = normal(trace, "x", new Shape(4));
                      return Map.of("y", x.add(normal(trace, "x", new Shape(4))));
                    }))
        .hasMessageContaining("input 'x' is declared twice");
    assertThatThrownBy(
            () ->
                Exports.export(
                    trace -> Map.of("y", trace.input("x", trace.samples().ones(new Shape(2, 4))))))
        .hasMessageContaining("has a sample of shape (2, 4), expected [3, ...]");
    assertThatThrownBy(() -> Exports.export(trace -> Map.of("x", normal(trace, "x", new Shape(4)))))
        .hasMessageContaining("the name 'x' is given twice");
    assertThatThrownBy(
            () ->
                Exports.export(
                    trace -> Map.of("y", trace.manager().zeros(new Shape(trace.batch())))))
        .hasMessageContaining("no input carries it");
  }

  @Test
  void refusesAParameterThatIsNotRegistered() {
    Parameter parameter = parameter();
    assertThatThrownBy(
            () ->
                Exports.export(
                    trace -> {
                      NDArray w =
                          trace.parameters().getValue(parameter, manager.getDevice(), false);
                      return Map.of("y", normal(trace, "x", new Shape(4)).mul(w));
                    }))
        .hasMessageContaining("parameter 'scale', which is not registered");
  }

  @Test
  void refusesAParameterForTrainingOrChangedInPlace() {
    Parameter parameter = parameter();
    ParameterStore store = new ParameterStore(manager, false);
    Traced training =
        trace ->
            Map.of("y", trace.parameters().getValue(parameter, manager.getDevice(), true).add(1));
    Traced changing =
        trace ->
            Map.of("y", trace.parameters().getValue(parameter, manager.getDevice(), false).addi(1));
    Map<Parameter, String> names = Map.of(parameter, "scale");
    assertThatThrownBy(() -> OnnxExporter.of(training).parameters(names, store).trace(manager))
        .hasMessageContaining("for training");
    assertThatThrownBy(() -> OnnxExporter.of(changing).parameters(names, store).trace(manager))
        .hasMessageContaining("in place");
  }

  @Test
  void refusesTwoParametersWithOneName() {
    Parameter one = parameter();
    Parameter other = parameter();
    Map<Parameter, String> names = Map.of(one, "w", other, "w");
    ParameterStore store = new ParameterStore(manager, false);
    assertThatThrownBy(() -> OnnxExporter.of(t -> Map.of()).parameters(names, store))
        .hasMessage("parameters: two of them are named 'w'; give each its own name");
  }

  private Parameter parameter() {
    Parameter parameter =
        Parameter.builder().setName("scale").setType(Parameter.Type.OTHER).build();
    parameter.setArray(manager.ones(new Shape(4)));
    return parameter;
  }

  /** A scope of the author's closes what it finds; the record outlives it. */
  @Test
  void survivesScopesOfTheAuthor() {
    Traced code =
        trace -> {
          NDArray x = normal(trace, "x", new Shape(4));
          NDArray y;
          try (NDManager inner = trace.manager().newSubManager();
              NDScope scope = new NDScope()) {
            y = x.exp().mul(inner.create(2f));
            y.attach(trace.manager());
            NDScope.unregister(y);
            scope.suppressNotUsedWarning();
          }
          return Map.of("y", y.add(1));
        };
    Exports.parity(code).require(Exports.TOLERANCE);
  }

  /** What the batch sizes traced and replayed cannot show, the gate does: it runs at others. */
  @Test
  void theGateCatchesWhatNoTraceShows() {
    Traced branch = Exports.of(x -> x.getShape().get(0) > 8 ? x.mul(2) : x);
    Traced limit = Exports.of((x, m) -> x.mul((float) Math.max(x.getShape().get(0), 9)));
    for (Traced code : List.of(branch, limit)) {
      ParityGate parity = Exports.parity(code);
      assertThat(parity.results()).filteredOn(r -> r.batch() < 8).allMatch(r -> r.error() == 0);
      assertThatThrownBy(() -> parity.require(Exports.TOLERANCE))
          .hasMessageContainingAll("output 'y'", "at batch 32");
    }
    Traced rows = Exports.of(x -> x.getShape().get(0) > 8 ? x.concat(x, 0) : x);
    assertThatThrownBy(() -> Exports.parity(rows))
        .hasMessageContainingAll("has shape [32, 6, 4] at batch 32", "expected [64, 6, 4]");
  }
}
