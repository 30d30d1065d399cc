package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import java.util.List;

/** Functions of single elements that ONNX, or ONNX Runtime in double precision, does not have. */
final class Functions {
  private static final String ONLY_FLOAT32 = "FLOAT64: convert with toType(FLOAT32, false)";

  static final List<Operator> OPERATORS =
      List.of(
          one("NDArray.cos", "Cos; in FLOAT64 Sin, Mul, Sub", Functions::cos)
              .only(Operator.FLOATING + " as the result"),
          one("NDArray.tan", "Tan; in FLOAT64 Sin, Mul, Sub, Div", Functions::tan)
              .only(Operator.FLOATING),
          one("NDArray.sinh", "Sinh; in FLOAT64 Tanh, Exp", Functions::sinh)
              .only(Operator.FLOATING),
          one("NDArray.cosh", "Cosh; in FLOAT64 Exp", Functions::cosh).only(Operator.FLOATING),
          one("NDArray.atan2", "Atan of the quotient, Where", Functions::atan2)
              .only("FLOAT32")
              .refusing(ONLY_FLOAT32),
          one("NDArray.erfinv", "two polynomials, Where", Functions::erfinv)
              .only("FLOAT32")
              .refusing(ONLY_FLOAT32));

  private Functions() {}

  private static boolean single(Call c) {
    return c.type() == DataType.FLOAT32;
  }

  /** 1 - 2 sin(x/2)^2, whose argument is exact. */
  private static String cos(Call c) {
    String x = c.in(0, c.type());
    if (single(c)) {
      return c.node("Cos", x);
    }
    String sine = c.node("Sin", c.node("Mul", x, c.scalar(0.5, c.type())));
    String square = c.node("Mul", sine, sine);
    return c.node("Sub", c.scalar(1, c.type()), c.node("Mul", c.scalar(2, c.type()), square));
  }

  private static String tan(Call c) {
    String x = c.in(0, c.type());
    return single(c) ? c.node("Tan", x) : c.node("Div", c.node("Sin", x), cos(c));
  }

  /** tanh(x) cosh(x), which keeps small numbers exact. */
  private static String sinh(Call c) {
    String x = c.in(0, c.type());
    return single(c) ? c.node("Sinh", x) : c.node("Mul", c.node("Tanh", x), cosh(c));
  }

  private static String cosh(Call c) {
    String x = c.in(0, c.type());
    if (single(c)) {
      return c.node("Cosh", x);
    }
    String sum = c.node("Add", c.node("Exp", x), c.node("Exp", c.node("Neg", x)));
    return c.node("Mul", sum, c.scalar(0.5, c.type()));
  }

  /** exp(x) - 1 as tanh(x/2) (exp(x) + 1), which keeps small numbers exact. */
  static String expm1(Call c, String x, DataType type) {
    String half = c.node("Tanh", c.node("Mul", x, c.scalar(0.5, type)));
    return c.node("Mul", half, c.node("Add", c.node("Exp", x), c.scalar(1, type)));
  }

  /** The angle of (x, y), which the array is called on as y; zeros and infinities have signs. */
  private static String atan2(Call c) {
    c.floatOnly(c.type());
    DataType type = c.type();
    String zero = c.scalar(0, type);
    String y = c.in(0, type);
    String x = c.in(1, type);
    // Two infinities stand for the diagonal, two zeros for the axis of x.
    String corner = c.node("And", c.node("IsInf", y), c.node("IsInf", x));
    String height = c.node("Where", corner, c.node("Sign", y), y);
    String width = c.node("Where", corner, c.node("Sign", x), x);
    String origin = c.node("And", c.node("Equal", y, zero), c.node("Equal", x, zero));
    String slope = c.node("Where", origin, y, c.node("Div", height, width));
    String half = c.scalar(Math.PI, type);
    String turn = c.node("Where", negative(c, y), c.node("Neg", half), half);
    return c.node("Add", c.node("Atan", slope), c.node("Where", negative(c, x), turn, zero));
  }

  /** Whether a number, or the sign of a zero, is negative. */
  private static String negative(Call c, String x) {
    String zero = c.scalar(0, c.type());
    String inverse = c.node("Div", c.scalar(1, c.type()), x);
    return c.node("Or", c.node("Less", x, zero), c.node("Less", inverse, zero));
  }

  /** Giles (2010), table of the single-precision approximation, for w below 5. */
  private static final double[] CENTRE = {
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941
  };

  /** The same for larger w. */
  private static final double[] TAIL = {
    -0.000200214257,
    0.000100950558,
    0.00134934322,
    -0.00367342844,
    0.00573950773,
    -0.0076224613,
    0.00943887047,
    1.00167406,
    2.83297682
  };

  /** With w = -log((1 - x)(1 + x)), one polynomial for the centre and one for the tails. */
  private static String erfinv(Call c) {
    c.floatOnly(c.type());
    String x = c.in(0, c.type());
    String one = c.scalar(1, c.type());
    String product = c.node("Mul", c.node("Sub", one, x), c.node("Add", one, x));
    String w = c.node("Neg", c.node("Log", product));
    String centre = polynomial(c, c.node("Sub", w, c.scalar(2.5, c.type())), CENTRE);
    String root = c.node("Sqrt", c.node("Relu", w));
    String tail = polynomial(c, c.node("Sub", root, c.scalar(3, c.type())), TAIL);
    String inner = c.node("Where", c.node("Less", w, c.scalar(5, c.type())), centre, tail);
    // At -1 and 1 the polynomial would meet an infinity.
    String end = c.node("Equal", c.node("Abs", x), one);
    String factor = c.node("Where", end, c.scalar(Float.POSITIVE_INFINITY, c.type()), inner);
    return c.node("Mul", x, factor);
  }

  private static String polynomial(Call c, String w, double[] coefficients) {
    String sum = c.scalar(coefficients[0], c.type());
    for (int i = 1; i < coefficients.length; i++) {
      sum = c.node("Add", c.scalar(coefficients[i], c.type()), c.node("Mul", sum, w));
    }
    return sum;
  }
}
