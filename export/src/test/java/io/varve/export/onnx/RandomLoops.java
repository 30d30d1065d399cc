package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.record.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Random loops and recurrent layers. */
final class RandomLoops {
  private RandomLoops() {}

  static void repeat(Draft d) {
    int x = d.any(d::floating);
    int y = RandomOperands.partner(d, x);
    if (!RandomOperands.keeps(d.shape(x), d.shape(y))) {
      throw new Draft.Unfit("a round would change the shape");
    }
    int count = d.between(0, 4);
    boolean nested = d.chance(0.2);
    boolean second = d.chance(0.4);
    boolean asked = d.chance(0.4);
    d.composed(
        "repeat("
            + count
            + ", {0}, {1}, nested "
            + nested
            + ", second "
            + second
            + ", while "
            + asked
            + ")",
        (t, in) -> {
          UnaryOperator<NDList> body = s -> round(t, nested, in[1], s);
          NDList state = second ? new NDList(in[0], in[0].mul(2f)) : new NDList(in[0]);
          NDList last =
              asked
                  ? t.repeat(count, state, s -> s.get(0).abs().max().lt(1.5f), body)
                  : t.repeat(count, state, body);
          return last.get(second ? 1 : 0);
        },
        x,
        y);
  }

  /** One state, or two that change places, with types and shapes kept. */
  private static NDList round(Trace trace, boolean nested, NDArray y, NDList state) {
    NDArray x = state.get(0);
    NDArray moved = x.tanh().add(y.toType(x.getDataType(), false).sin().mul(0.5f));
    if (nested) {
      moved = trace.repeat(2, new NDList(moved), s -> new NDList(s.get(0).mul(0.5f).add(x))).get(0);
    }
    return state.size() == 1 ? new NDList(moved) : new NDList(state.get(1).cos(), moved);
  }

  static void recurrent(Draft d) {
    int features = d.between(1, 3);
    int states = d.between(1, 3);
    int layers = d.between(1, 2);
    boolean both = d.chance(0.4);
    boolean biased = d.chance(0.6);
    int kind = d.between(0, 2);
    int x = sequence(d, features);
    List<Integer> reads = new ArrayList<>(List.of(x));
    int gates = List.of(1, 3, 4).get(kind);
    for (int layer = 0; layer < layers; layer++) {
      for (int direction = 0; direction < (both ? 2 : 1); direction++) {
        int width = layer == 0 ? features : states * (both ? 2 : 1);
        reads.add(d.weights(DataType.FLOAT32, (long) gates * states, width));
        reads.add(d.weights(DataType.FLOAT32, (long) gates * states, states));
        for (int i = 0; biased && i < 2; i++) {
          reads.add(d.weights(DataType.FLOAT32, (long) gates * states));
        }
      }
    }
    int result = d.between(0, kind == 2 ? 2 : 1);
    Layers how = new Layers(kind, states, layers, biased, both, result);
    d.composed(
        RandomStep.FINITE + how + "({0}, weights)",
        (t, in) -> run(t, how, in),
        reads.stream().mapToInt(Integer::intValue).toArray());
  }

  private record Layers(
      int kind, int states, int layers, boolean biased, boolean both, int result) {}

  private static NDArray run(Trace trace, Layers how, NDArray... in) {
    NDArray x = in[0];
    NDList weights = new NDList();
    for (int i = 1; i < in.length; i++) {
      weights.add(in[i]);
    }
    long rows = (long) how.layers() * (how.both() ? 2 : 1);
    Shape shape = new Shape(rows, x.getShape().get(0), how.states());
    NDArray zero = trace.manager().zeros(shape);
    var layer = x.getNDArrayInternal();
    NDList results =
        switch (how.kind()) {
          case 0 ->
              layer.rnn(
                  x,
                  zero,
                  weights,
                  how.biased(),
                  how.layers(),
                  RNN.Activation.TANH,
                  0,
                  false,
                  how.both(),
                  true);
          case 1 ->
              layer.gru(x, zero, weights, how.biased(), how.layers(), 0, false, how.both(), true);
          default ->
              layer.lstm(
                  x,
                  new NDList(zero, zero),
                  weights,
                  how.biased(),
                  how.layers(),
                  0,
                  false,
                  how.both(),
                  true);
        };
    return results.get(how.result());
  }

  private static int sequence(Draft d, int features) {
    return d.find(
            s ->
                d.rank(s) == 3
                    && d.type(s) == DataType.FLOAT32
                    && d.extent(s, 2).equals(Extent.of(features)))
        .orElseGet(() -> d.input(DataType.FLOAT32, false, d.between(1, 4), features));
  }

  /** What no graph has, which must be refused by name. */
  static void refused(Draft d) {
    int x = d.any(d::floating);
    switch (d.between(0, 6)) {
      case 0 -> d.exact("{0}.median()", (t, in) -> in[0].median(), x);
      case 1 -> d.exact("{0}.percentile(30)", (t, in) -> in[0].percentile(30), x);
      case 2 -> d.exact("{0}.abs().gammaln()", (t, in) -> in[0].abs().gammaln(), x);
      case 3 -> d.exact("{0}.booleanMask({0}.gt(0))", (t, in) -> in[0].booleanMask(in[0].gt(0)), x);
      case 4 -> d.exact("{0}.nonzero()", (t, in) -> in[0].nonzero(), x);
      case 5 -> d.rounded("{0}.mul(host maximum)", (t, in) -> in[0].mul(in[0].max().getFloat()), x);
      default ->
          d.exact(
              "{0}.add(random)",
              (t, in) -> in[0].add(t.manager().randomNormal(in[0].getShape())), x);
    }
  }
}
