package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.graph.Types;
import java.util.List;
import java.util.Map;

/** Activation functions of networks. Where one node does not do in double precision, several do. */
final class Activations {
  /** Klambauer et al. (2017), equation 14. */
  private static final double SELU_ALPHA = 1.6732632423543772;

  private static final double SELU_SCALE = 1.0507009873554805;

  /** Above it the engine's softplus is the identity. */
  private static final int LINEAR = 20;

  static final List<Operator> OPERATORS =
      List.of(
          one("NDArrayEx.relu", "Relu, or Max with 0", Activations::relu),
          one("NDArrayEx.sigmoid", "Sigmoid; in FLOAT64 Exp, Div", Activations::sigmoid),
          one("NDArrayEx.tanh", "Tanh", c -> c.node("Tanh", c.in(0, c.type()))),
          one("NDArrayEx.softPlus", "Softplus; in FLOAT64 Exp, Log", Activations::softPlus),
          one("NDArrayEx.softSign", "Softsign; in FLOAT64 Abs, Div", Activations::softSign)
              .only(Operator.FLOATING),
          one("NDArrayEx.leakyRelu", "LeakyRelu; in FLOAT64 Where", Activations::leakyRelu),
          one(
              "NDArrayEx.elu",
              "Elu; in FLOAT64 Tanh, Exp, Where",
              c -> single(c) ? c.node("Elu", alpha(c), c.in(0)) : elu(c, slope(c), 1)),
          one(
              "NDArrayEx.selu",
              "Selu; in FLOAT64 Tanh, Exp, Where",
              c -> single(c) ? c.node("Selu", c.in(0)) : elu(c, SELU_ALPHA, SELU_SCALE)),
          one("NDArrayEx.gelu", "Gelu", Activations::gelu)
              .only("FLOAT32")
              .refusing("FLOAT64: convert with toType(FLOAT32, false)"));

  private Activations() {}

  private static boolean single(Call c) {
    return c.type() == DataType.FLOAT32;
  }

  private static double slope(Call c) {
    return c.number(1).doubleValue();
  }

  private static Map<String, ?> alpha(Call c) {
    return Map.of("alpha", (float) slope(c));
  }

  private static String gelu(Call c) {
    c.floatOnly(c.type());
    return c.node("Gelu", c.in(0));
  }

  /** ONNX Runtime merges a Relu and a Clip after it, which fails unless they are FLOAT32. */
  private static String relu(Call c) {
    if (single(c)) {
      return c.node("Relu", c.in(0));
    }
    DataType computed = Types.arithmetic(c.type());
    String positive = c.node("Max", c.in(0, computed), c.scalar(0, computed));
    return c.emit().cast(positive, computed, c.type());
  }

  /**
   * 1 / (1 + exp(-x)) in double precision: ONNX Runtime merges a Sigmoid and a product with its
   * input into a node that it has no kernel for.
   */
  private static String sigmoid(Call c) {
    String x = c.in(0, c.type());
    if (single(c)) {
      return c.node("Sigmoid", x);
    }
    String one = c.scalar(1, c.type());
    return c.node("Div", one, c.node("Add", one, c.node("Exp", c.node("Neg", x))));
  }

  /** x / (1 + |x|); the engine sums bytes as bytes. */
  private static String softSign(Call c) {
    if (!c.type(0).isFloating()) {
      throw c.refuse("takes whole numbers", "convert with toType(FLOAT32, false)");
    }
    String x = c.in(0, c.type());
    return single(c)
        ? c.node("Softsign", x)
        : c.node("Div", x, c.node("Add", c.node("Abs", x), c.scalar(1, c.type())));
  }

  private static String leakyRelu(Call c) {
    String x = c.in(0);
    return single(c)
        ? c.node("LeakyRelu", alpha(c), x)
        : chosen(c, x, c.node("Mul", x, c.scalar(slope(c), c.type())));
  }

  /** scale * x above 0, scale * alpha (exp(x) - 1) below. */
  private static String elu(Call c, double alpha, double scale) {
    String x = c.in(0);
    String below = Functions.expm1(c, c.node("Min", x, c.scalar(0, c.type())), c.type());
    String both = chosen(c, x, c.node("Mul", below, c.scalar(alpha, c.type())));
    return c.node("Mul", both, c.scalar(scale, c.type()));
  }

  private static String chosen(Call c, String above, String below) {
    return c.node("Where", c.node("Greater", above, c.scalar(0, c.type())), above, below);
  }

  /**
   * In double precision, for which ONNX Runtime has no Softplus: max(x, 0) + log1p(exp(-|x|)), with
   * log1p(u) = u log(w) / (w - 1), w = 1 + u (Kahan), and u where w rounds to 1. A plain log(1 + u)
   * would lose the small scales that end up in divisors. The engine takes x itself above 20.
   */
  private static String softPlus(Call c) {
    String x = c.in(0);
    if (single(c)) {
      return c.node("Softplus", x);
    }
    String one = c.scalar(1, c.type());
    String u = c.node("Exp", c.node("Neg", c.node("Abs", x)));
    String w = c.node("Add", u, one);
    String exact = c.node("Div", c.node("Mul", u, c.node("Log", w)), c.node("Sub", w, one));
    String log1p = c.node("Where", c.node("Equal", w, one), u, exact);
    String sum = c.node("Add", c.node("Max", x, c.scalar(0, c.type())), log1p);
    return c.node("Where", c.node("Greater", x, c.scalar(LINEAR, c.type())), x, sum);
  }
}
