package io.varve.export.onnx.lower;

import static io.varve.export.onnx.Exports.normal;
import static io.varve.export.onnx.Exports.outputs;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.LayoutType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.recurrent.RecurrentBlock;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.export.onnx.Exports;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.record.Traced;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Recurrent layers agree with DJL's, which are PyTorch's. */
class RecurrentTest {
  private static final int TIME = 7;
  private static final int FEATURES = 3;
  private static final int HIDDEN = 4;

  private final NDManager manager = NDManager.newBaseManager();
  private final List<DynamicTest> tests = new ArrayList<>();

  RecurrentTest() {
    Engine.getInstance().setRandomSeed(11);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static <T extends RecurrentBlock.BaseBuilder<T>> T sized(T builder, int layers) {
    return builder.setStateSize(HIDDEN).setNumLayers(layers);
  }

  @TestFactory
  Stream<DynamicTest> layersAgree() {
    for (int layers : new int[] {1, 3}) {
      for (boolean biased : new boolean[] {true, false}) {
        String name = layers + " layers" + (biased ? "" : " without biases");
        agrees("LSTM, " + name, sized(LSTM.builder(), layers).optHasBiases(biased).build());
        agrees("GRU, " + name, sized(GRU.builder(), layers).optHasBiases(biased).build());
        agrees(
            "RNN, " + name,
            sized(RNN.builder(), layers)
                .optHasBiases(biased)
                .setActivation(biased ? RNN.Activation.RELU : RNN.Activation.TANH)
                .build());
      }
      agrees(
          "both directions, " + layers,
          sized(LSTM.builder(), layers).optHasBiases(false).optBidirectional(true).build());
      agrees(
          "both directions of GRU, " + layers,
          sized(GRU.builder(), layers).optHasBiases(false).optBidirectional(true).build());
    }
    agrees("states too", sized(LSTM.builder(), 2).optReturnState(true).build());
    agrees("the state too", sized(GRU.builder(), 2).optReturnState(true).build());
    return tests.stream();
  }

  private void agrees(String name, Block block) {
    tests.add(
        dynamicTest(
            name,
            () -> {
              block.setInitializer(new NormalInitializer(0.5f), p -> true);
              Shape shape =
                  new Shape(
                      new long[] {2, TIME, FEATURES},
                      new LayoutType[] {LayoutType.BATCH, LayoutType.TIME, LayoutType.CHANNEL});
              block.initialize(manager, DataType.FLOAT32, shape);
              Exports.parity(OnnxExporter.of(block, new Shape(TIME, FEATURES)))
                  .require(Exports.TOLERANCE);
            }));
  }

  /** Weights as PyTorch lists them, with biases in both directions, and a state that is given. */
  @Test
  void takesStatesAndWeightsInTheOrderOfTheEngine() {
    Map<Parameter, String> names = new LinkedHashMap<>();
    List<Parameter> weights = new ArrayList<>();
    for (int layer = 0; layer < 2; layer++) {
      long inputs = layer == 0 ? FEATURES : 2 * HIDDEN;
      for (String direction : List.of("l", "r")) {
        for (Shape shape :
            List.of(
                new Shape(4 * HIDDEN, inputs),
                new Shape(4 * HIDDEN, HIDDEN),
                new Shape(4 * HIDDEN),
                new Shape(4 * HIDDEN))) {
          Parameter weight = Parameter.builder().setName("w").setType(Parameter.Type.OTHER).build();
          weight.setArray(manager.randomNormal(shape));
          names.put(weight, direction + layer + "." + weights.size());
          weights.add(weight);
        }
      }
    }
    Traced code =
        trace -> {
          NDArray x = normal(trace, "x", new Shape(TIME, FEATURES)).transpose(1, 0, 2);
          NDArray h = normal(trace, "h", new Shape(4, HIDDEN)).transpose(1, 0, 2);
          NDArray c = normal(trace, "c", new Shape(4, HIDDEN)).transpose(1, 0, 2);
          NDList lists = new NDList();
          weights.forEach(
              w -> lists.add(trace.parameters().getValue(w, manager.getDevice(), false)));
          NDList states = new NDList(h, c);
          return outputs(
              x.getNDArrayInternal()
                  .lstm(x, states, lists, true, 2, 0.5, false, true, false)
                  .toArray(NDArray[]::new));
        };
    Exports.parity(OnnxExporter.of(code).parameters(names, new ParameterStore(manager, false)))
        .require(Exports.TOLERANCE);
  }

  @Test
  void refusesTraining() {
    assertThatThrownBy(
            () ->
                Exports.export(
                    trace -> {
                      NDArray x = normal(trace, "x", new Shape(TIME, FEATURES));
                      NDList none = new NDList();
                      return outputs(
                          x.getNDArrayInternal()
                              .gru(x, x, none, false, 1, 0.5, true, false, true)
                              .head());
                    }))
        .hasMessageContaining("training = true");
  }
}
