package io.varve.export.onnx;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.record.Traced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Code that keeps or changes something, draws, or runs at another time than it is recorded. */
class StateHazardsTest extends Hazards {
  /** An object of the author that keeps arrays keeps those of another run. */
  @Test
  void arraysKeptBetweenRuns() {
    List<NDArray> kept = new ArrayList<>();
    refused(
        (x, m) -> {
          kept.add(m.create(new float[] {1, 2, 3, 4}));
          return x.add(kept.get(0));
        },
        "kept from an earlier run");
    List<NDArray> plain = new ArrayList<>();
    traceRefused(
        trace -> {
          NDArray x = normal(trace, "x", new Shape(4));
          plain.add(manager.ones(new Shape(4)));
          return outputs(x.add(plain.get(0)));
        },
        "never registered");
    float[] runs = new float[1];
    refused((x, m) -> x.add(m.create(runs[0]++)), "differs");
    refused(x -> x.add(runs[0]++), "NDArray.add");
  }

  private OnnxExporter scaled(Parameter scale, BiFunction<NDArray, NDArray, NDArray> function) {
    Traced code =
        trace -> {
          NDArray x = normal(trace, "x", new Shape(4));
          NDArray w = trace.parameters().getValue(scale, manager.getDevice(), false);
          return outputs(function.apply(x, w));
        };
    return OnnxExporter.of(code)
        .parameters(Map.of(scale, "scale"), new ParameterStore(manager, false));
  }

  private Parameter scale() {
    Parameter scale = Parameter.builder().setName("scale").setType(Parameter.Type.OTHER).build();
    scale.setArray(manager.ones(new Shape(4)));
    return scale;
  }

  /** Code that changes a parameter computes something else each time. */
  @Test
  void mutatedParameter() {
    Parameter scale = scale();
    OnnxExporter inside = scaled(scale, (x, w) -> x.mul(w.addi(1)));
    assertThatThrownBy(() -> inside.trace(manager))
        .hasMessageContainingAll("StateHazardsTest:", "NDArray.addi", "in place");
    OnnxExporter around =
        scaled(
            scale,
            (x, w) -> {
              scale.getArray().addi(1);
              return x.mul(w);
            });
    caught(around, "output 'y0'");
  }

  /** A plain scalar counts as a constant, unless it changes. */
  @Test
  void mutatedScalar() {
    NDArray counter = manager.create(1f);
    refused(
        x -> {
          NDArray y = x.mul(counter);
          counter.addi(1);
          return y;
        },
        "changed while traced");
  }

  /** A draw would be the same forever. */
  @Test
  void randomDraws() {
    Random random = new Random(1);
    refused((x, m) -> x.add(m.randomNormal(x.getShape())), "at random", "input");
    refused(x -> x.add(manager.randomNormal(x.getShape())), "never registered");
    refused((x, m) -> x.add(m.create(random.nextFloat())), "differs", "chance");
    refused(x -> x.mul(random.nextFloat()), "NDArray.mul");
    refused(x -> x.add(System.nanoTime()), "NDArray.add");
    refused((x, m) -> x.add(m.create(new Shape(4))), "uninitialised");
  }

  /** Dropout and batch normalisation of training draw and keep averages. */
  @Test
  void trainingMode() {
    refused(x -> x.getNDArrayInternal().dropout(x, 0.5f, true).head(), "training = true");
  }

  /** Closing is about memory; the record keeps what it needs. */
  @Test
  void closedArrays() {
    agrees(
        x -> {
          try (NDArray y = x.exp();
              NDManager scope = x.getManager().newSubManager()) {
            NDArray z = y.mul(scope.create(2f));
            x.close();
            z.attach(y.getManager());
            return z;
          }
        });
    agrees(x -> new NDList(x.exp(), x.sin()).get(1));
  }

  /** The record has one order; calls from several threads have none. */
  @Test
  void threads() {
    assertThatThrownBy(
            () ->
                Exports.export(
                    Exports.of(x -> CompletableFuture.supplyAsync(() -> x.exp()).join())))
        .rootCause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "io\\.varve\\.export\\.onnx\\.StateHazardsTest:\\d+: NDArray\\.exp .+; .+")
        .hasMessageContaining("another thread");
  }
}
