package io.varve.export.onnx.lower;

import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Recurrent layers. The engine reads its weights as a flat list, layer by layer and direction by
 * direction: for the input, for the state, and the two biases if there are any. Each holds its
 * gates one below the other, in an order of its own.
 */
final class Recurrent {
  /**
   * The engine's gates are input, forget, cell, output; those of ONNX input, output, forget, cell.
   */
  private static final List<Integer> LSTM = List.of(0, 3, 1, 2);

  /** The engine's gates are reset, update, new; those of ONNX update, reset, new. */
  private static final List<Integer> GRU = List.of(1, 0, 2);

  private static final List<Integer> RNN = List.of(0);

  private static final String LIMITS = "an input that is not [B, T, C] or [T, B, C]";

  static final List<Operator> OPERATORS =
      List.of(
          new Operator("NDArrayEx.lstm", "Transpose, LSTM", Recurrent::lstm)
              .only("FLOAT32")
              .refusing(LIMITS),
          new Operator("NDArrayEx.gru", "Transpose, GRU", Recurrent::gru)
              .only("FLOAT32")
              .refusing(LIMITS),
          new Operator("NDArrayEx.rnn", "Transpose, RNN", Recurrent::rnn)
              .only("FLOAT32")
              .refusing(LIMITS));

  private Recurrent() {}

  /**
   * What the three have in common.
   *
   * @param states the initial states [layers * directions, B, H]
   * @param order the gates of ONNX as positions in those of the engine
   */
  private record Layers(
      Call call, String onnx, List<Integer> order, Map<String, ?> attributes, List<String> states) {

    /** Arguments after (input, state, weights): biases, layers, ..., bidirectional, batchFirst. */
    boolean biased() {
      return call.flag(4);
    }

    int count() {
      return (int) call.whole(5);
    }

    int directions() {
      return call.flag(call.count() - 2) ? 2 : 1;
    }

    boolean batchFirst() {
      return call.flag(call.count() - 1);
    }

    List<String> write() {
      call.floatOnly(call.type());
      if (call.rank(1) != 3) {
        throw call.refuse("takes an input of rank " + call.rank(1), "give it [B, T, C]");
      }
      String x = turned(call.in(1));
      List<List<String>> last = new ArrayList<>();
      for (int layer = 0; layer < count(); layer++) {
        List<String> results = layer(layer, x);
        x = joined(results.get(0));
        last.add(results.subList(1, results.size()));
      }
      List<String> outputs = new ArrayList<>(List.of(turned(x)));
      for (int i = 0; i < states.size(); i++) {
        int state = i;
        outputs.add(concat(last.stream().map(s -> s.get(state)).toList()));
      }
      return outputs;
    }

    /** From batch-major to time-major, or back. */
    private String turned(String x) {
      return batchFirst() ? Reshaping.transpose(call, x, new long[] {1, 0, 2}) : x;
    }

    /** [T, directions, B, H] to [T, B, directions * H]. */
    private String joined(String y) {
      String turned = call.node("Transpose", Map.of("perm", new long[] {0, 2, 1, 3}), y);
      return call.node("Reshape", turned, call.emit().ints(0, 0, -1));
    }

    private List<String> layer(int layer, String x) {
      List<String> inputs = new ArrayList<>(List.of(x));
      inputs.add(concat(both(d -> call.node("Unsqueeze", gates(layer, d, 0), first()))));
      inputs.add(concat(both(d -> call.node("Unsqueeze", gates(layer, d, 1), first()))));
      inputs.add(biased() ? concat(both(d -> biases(layer, d))) : "");
      inputs.add("");
      long from = (long) layer * directions();
      for (String state : states) {
        inputs.add(
            call.node(
                "Slice",
                state,
                call.emit().ints(from),
                call.emit().ints(from + directions()),
                first()));
      }
      Map<String, Object> all = new TreeMap<>(attributes);
      all.put("hidden_size", hidden());
      all.put("direction", directions() == 2 ? "bidirectional" : "forward");
      return call.emit().nodes(onnx, all, inputs, 1 + states.size());
    }

    private long hidden() {
      return call.shapes(3).get(1).get(1).offset();
    }

    private String first() {
      return call.emit().ints(0);
    }

    private List<String> both(IntFunction<String> part) {
      return IntStream.range(0, directions()).mapToObj(part).toList();
    }

    private String biases(int layer, int direction) {
      String both = concat(List.of(gates(layer, direction, 2), gates(layer, direction, 3)));
      return call.node("Unsqueeze", both, first());
    }

    /** One array of the flat list, with its gates in the order of ONNX. */
    private String gates(int layer, int direction, int which) {
      int each = biased() ? 4 : 2;
      int at = (layer * directions() + direction) * each + which;
      String weight = call.list(3, DataType.FLOAT32).get(at);
      if (order.size() == 1) {
        return weight;
      }
      long[] sizes = new long[order.size()];
      Arrays.fill(sizes, hidden());
      List<String> parts =
          call.emit()
              .nodes(
                  "Split",
                  Map.of("axis", 0L),
                  List.of(weight, call.emit().ints(sizes)),
                  order.size());
      return concat(order.stream().map(parts::get).toList());
    }

    private String concat(List<String> parts) {
      return parts.size() == 1
          ? parts.get(0)
          : call.node("Concat", Map.of("axis", 0L), parts.toArray(String[]::new));
    }
  }

  private static List<String> lstm(Call c) {
    return new Layers(c, "LSTM", LSTM, Map.of(), c.list(2, DataType.FLOAT32)).write();
  }

  /** The engine applies the reset gate after the product with the state. */
  private static List<String> gru(Call c) {
    Map<String, ?> attributes = Map.of("linear_before_reset", 1L);
    return new Layers(c, "GRU", GRU, attributes, List.of(c.in(2))).write();
  }

  private static List<String> rnn(Call c) {
    String activation = c.text(6).equals("RELU") ? "Relu" : "Tanh";
    int directions = c.flag(c.count() - 2) ? 2 : 1;
    Map<String, ?> attributes = Map.of("activations", Collections.nCopies(directions, activation));
    return new Layers(c, "RNN", RNN, attributes, List.of(c.in(2))).write();
  }
}
