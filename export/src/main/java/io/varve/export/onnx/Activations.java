package io.varve.export.onnx;

import static io.varve.export.onnx.Operators.one;

import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Map;

/** Activation functions of networks. */
final class Activations {
  static final List<Operator> OPERATORS =
      List.of(
          one("NDArrayEx.relu", "Relu, or Max with 0", Activations::relu),
          one("NDArrayEx.sigmoid", "Sigmoid", c -> c.node("Sigmoid", c.in(0, c.type()))),
          one("NDArrayEx.tanh", "Tanh", c -> c.node("Tanh", c.in(0, c.type()))),
          one("NDArrayEx.softPlus", "Softplus", Activations::softPlus),
          one("NDArrayEx.softSign", "Softsign, FLOAT32", c -> floating(c, "Softsign", Map.of())),
          one("NDArrayEx.leakyRelu", "LeakyRelu, FLOAT32", c -> floating(c, "LeakyRelu", alpha(c))),
          one("NDArrayEx.elu", "Elu, FLOAT32", c -> floating(c, "Elu", alpha(c))),
          one("NDArrayEx.selu", "Selu, FLOAT32", c -> floating(c, "Selu", Map.of())),
          one("NDArrayEx.gelu", "Gelu, FLOAT32", c -> floating(c, "Gelu", Map.of())));

  private Activations() {}

  private static Map<String, ?> alpha(Call c) {
    return Map.of("alpha", c.number(1).floatValue());
  }

  private static String floating(Call c, String onnx, Map<String, ?> attributes) {
    c.floatOnly(c.type());
    return c.node(onnx, attributes, c.in(0));
  }

  private static String relu(Call c) {
    if (c.type().isFloating()) {
      return c.node("Relu", c.in(0));
    }
    DataType computed = Types.arithmetic(c.type());
    String positive = c.node("Max", c.in(0, computed), c.scalar(0, computed));
    return c.emit().cast(positive, computed, c.type());
  }

  /**
   * In double precision, for which ONNX Runtime has no Softplus: max(x, 0) + log1p(exp(-|x|)), with
   * log1p(u) = u log(w) / (w - 1), w = 1 + u (Kahan), and u where w rounds to 1. A plain log(1 + u)
   * would lose the small scales that end up in divisors.
   */
  private static String softPlus(Call c) {
    String x = c.in(0);
    if (c.type() == DataType.FLOAT32) {
      return c.node("Softplus", x);
    }
    String one = c.scalar(1, c.type());
    String u = c.node("Exp", c.node("Neg", c.node("Abs", x)));
    String w = c.node("Add", u, one);
    String exact = c.node("Div", c.node("Mul", u, c.node("Log", w)), c.node("Sub", w, one));
    String log1p = c.node("Where", c.node("Equal", w, one), u, exact);
    return c.node("Add", c.node("Relu", x), log1p);
  }
}
