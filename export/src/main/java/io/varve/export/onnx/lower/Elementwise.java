package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.graph.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Arithmetic and functions of single elements, with broadcasting.
 *
 * <p>Operands are cast to the type that the engine gave the result. Small whole types are computed
 * in 32 bits and cast back, which wraps as the engine does.
 */
final class Elementwise {
  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry("sqrt", "Sqrt"),
          Map.entry("exp", "Exp"),
          Map.entry("log", "Log"),
          Map.entry("sin", "Sin"),
          Map.entry("tanh", "Tanh"));

  /** Functions that ONNX Runtime has for FLOAT32 only. */
  private static final Map<String, String> FLOAT_FUNCTIONS =
      Map.of(
          "asin", "Asin",
          "acos", "Acos",
          "atan", "Atan",
          "erf", "Erf");

  /** Functions that leave whole numbers as they are. */
  private static final Map<String, String> ROUNDING =
      Map.of("floor", "Floor", "ceil", "Ceil", "round", "Round");

  private static final Map<String, String> ARITHMETIC =
      Map.of(
          "add", "Add", "sub", "Sub", "mul", "Mul", "div", "Div", "maximum", "Max", "minimum",
          "Min");

  private static final Map<String, Double> FACTORS =
      Map.of(
          "toDegrees", 180 / Math.PI,
          "toRadians", Math.PI / 180,
          "log2", 1 / Math.log(2),
          "log10", 1 / Math.log(10));

  private static final String FRACTIONS = Operator.FLOATING + " as the result";

  static final List<Operator> OPERATORS = operators();

  private Elementwise() {}

  private static List<Operator> operators() {
    List<Operator> table = new ArrayList<>();
    table.add(
        array("pow", "Pow, or Mul of whole numbers", Elementwise::power)
            .refusing("whole numbers to other powers than constants of 0 to 16: use FLOAT64"));
    ARITHMETIC.forEach((name, onnx) -> table.add(array(name, onnx, c -> arithmetic(c, onnx))));
    FUNCTIONS.forEach(
        (name, onnx) -> table.add(array(name, onnx, c -> function(c, onnx)).only(FRACTIONS)));
    FLOAT_FUNCTIONS.forEach(
        (name, onnx) ->
            table.add(
                array(name, onnx, c -> floatFunction(c, onnx))
                    .only("FLOAT32 as the result")
                    .refusing("FLOAT64: convert with toType(FLOAT32, false)")));
    ROUNDING.forEach((name, onnx) -> table.add(array(name, onnx, c -> rounding(c, onnx))));
    table.add(array("neg", "Neg", c -> whole(c, "Neg")));
    table.add(array("abs", "Abs", c -> whole(c, "Abs")));
    table.add(array("sign", "Greater, Less, Sub", Elementwise::sign));
    table.add(array("square", "Mul", Elementwise::square));
    table.add(array("trunc", "Sign, Abs, Floor, Mul", Elementwise::trunc));
    table.add(array("cbrt", "Pow", c -> pow(c, 1.0 / 3)).only(FRACTIONS));
    table.add(array("mod", "Mod, with the sign of the divisor", Elementwise::mod));
    table.add(array("xlogy", "Log, Mul, Where", Elementwise::xlogy));
    table.add(array("clip", "Clip", Elementwise::clip));
    for (String name : List.of("toDegrees", "toRadians")) {
      table.add(array(name, "Mul", c -> scaled(c, c.in(0, c.type()), name)).only(FRACTIONS));
    }
    for (String name : List.of("log2", "log10")) {
      table.add(array(name, "Log, Mul", c -> scaled(c, function(c, "Log"), name)).only(FRACTIONS));
    }
    return table;
  }

  private static Operator array(String name, String onnx, Operator.Single rule) {
    return one("NDArray." + name, onnx, rule);
  }

  private static String arithmetic(Call c, String onnx) {
    DataType computed = Types.arithmetic(c.type());
    String result = c.node(onnx, c.arithmetic(0, c.type()), c.arithmetic(1, c.type()));
    if (infinite(c, onnx)) {
      result = c.node("Max", result);
    }
    return c.emit().cast(result, computed, c.type());
  }

  /**
   * Whether infinities may result from the number. ONNX Runtime would multiply a product behind it
   * by that number at the end, but infinite terms need not have an infinite sum. The maximum of one
   * array, which is that array, stands between the two.
   */
  private static boolean infinite(Call c, String onnx) {
    if (!c.type().isFloating() || !c.constant(1)) {
      return false;
    }
    double number = c.number(1).doubleValue();
    return onnx.equals("Div") ? number == 0 : onnx.equals("Mul") && Double.isInfinite(number);
  }

  private static final int LARGEST_POWER = 16;

  /** ONNX Runtime raises whole numbers to powers in FLOAT64, which does not wrap around. */
  private static String power(Call c) {
    if (c.type().isFloating()) {
      return arithmetic(c, "Pow");
    }
    double exponent = c.constant(1) ? c.number(1).doubleValue() : -1;
    if (exponent != Math.rint(exponent) || exponent < 0 || exponent > LARGEST_POWER) {
      throw c.refuse(
          "raises whole numbers to powers that are not constants of 0 to " + LARGEST_POWER,
          "convert with toType(FLOAT64)");
    }
    DataType computed = Types.arithmetic(c.type());
    String x = c.arithmetic(0, c.type());
    String product = Reshaping.expand(c, c.scalar(1, computed));
    for (int i = 0; i < exponent; i++) {
      product = i == 0 ? x : c.node("Mul", product, x);
    }
    return c.emit().cast(product, computed, c.type());
  }

  private static String whole(Call c, String onnx) {
    DataType computed = Types.arithmetic(c.type());
    return c.emit().cast(c.node(onnx, c.in(0, computed)), computed, c.type());
  }

  private static String function(Call c, String onnx) {
    return c.node(onnx, c.in(0, c.type()));
  }

  private static String floatFunction(Call c, String onnx) {
    c.floatOnly(c.type());
    return function(c, onnx);
  }

  private static String rounding(Call c, String onnx) {
    return c.type().isFloating() ? function(c, onnx) : c.in(0);
  }

  /** The engine's sign of a NaN is 0, that of ONNX Runtime a NaN. */
  private static String sign(Call c) {
    DataType computed = Types.arithmetic(c.type());
    String x = c.in(0, computed);
    String zero = c.scalar(0, computed);
    String above = c.emit().cast(c.node("Greater", x, zero), DataType.BOOLEAN, computed);
    String below = c.emit().cast(c.node("Less", x, zero), DataType.BOOLEAN, computed);
    return c.emit().cast(c.node("Sub", above, below), computed, c.type());
  }

  private static String square(Call c) {
    DataType computed = Types.arithmetic(c.type());
    String x = c.in(0, computed);
    return c.emit().cast(c.node("Mul", x, x), computed, c.type());
  }

  private static String trunc(Call c) {
    if (!c.type().isFloating()) {
      return c.in(0);
    }
    return c.node("Mul", c.node("Sign", c.in(0)), c.node("Floor", c.node("Abs", c.in(0))));
  }

  private static String pow(Call c, double exponent) {
    return c.node("Pow", c.in(0, c.type()), c.scalar(exponent, c.type()));
  }

  private static String scaled(Call c, String x, String name) {
    return c.node("Mul", x, c.scalar(FACTORS.get(name), c.type()));
  }

  /** The engine's remainder takes the sign of the divisor; ONNX does so for whole numbers only. */
  private static String mod(Call c) {
    if (!c.type().isFloating()) {
      return arithmetic(c, "Mod");
    }
    String y = c.in(1, c.type());
    String zero = c.scalar(0, c.type());
    String remainder = c.node("Mod", Map.of("fmod", 1L), c.in(0, c.type()), y);
    String otherSign = c.node("Xor", c.node("Less", remainder, zero), c.node("Less", y, zero));
    String moved = c.node("And", c.node("Not", c.node("Equal", remainder, zero)), otherSign);
    return c.node("Where", moved, c.node("Add", remainder, y), remainder);
  }

  /** x log(y), and 0 where x is 0 unless y is not a number. */
  private static String xlogy(Call c) {
    String x = c.in(0, c.type());
    String y = c.in(1, c.type());
    String zero = c.scalar(0, c.type());
    String none = c.node("And", c.node("Equal", x, zero), c.node("Not", c.node("IsNaN", y)));
    return c.node("Where", none, zero, c.node("Mul", x, c.node("Log", y)));
  }

  private static String clip(Call c) {
    DataType computed = Types.arithmetic(c.type());
    String clipped =
        c.node(
            "Clip",
            c.arithmetic(0, c.type()),
            c.arithmetic(1, c.type()),
            c.arithmetic(2, c.type()));
    return c.emit().cast(clipped, computed, c.type());
  }
}
