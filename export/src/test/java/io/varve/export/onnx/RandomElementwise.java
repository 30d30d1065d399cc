package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Random statements on single elements, with broadcasting, numbers and mixed types. */
final class RandomElementwise {
  private RandomElementwise() {}

  private static final List<RandomStep.Kind> KINDS =
      List.of(RandomStep.Kind.EXACT, RandomStep.Kind.ROUNDED, RandomStep.Kind.COMPOSED);

  static void function(Draft d) {
    RandomStep.Kind kind = d.one(KINDS);
    Map<String, UnaryOperator<NDArray>> functions =
        switch (kind) {
          case EXACT -> RandomFunctions.EXACT;
          case ROUNDED -> RandomFunctions.ROUNDED;
          default -> RandomFunctions.COMPOSED;
        };
    String name = d.one(List.copyOf(functions.keySet()));
    UnaryOperator<NDArray> function = functions.get(name);
    int x = d.any(slot -> d.type(slot) == DataType.FLOAT32 || d.chance(0.15));
    // The engine's gelu of infinity is no number.
    String text = (name.equals("gelu()") ? RandomStep.FINITE : "") + "{0}." + name;
    d.add(text, kind, (trace, in) -> function.apply(in[0]), x);
  }

  static void arithmetic(Draft d) {
    String name = d.one(List.copyOf(RandomFunctions.ARITHMETIC.keySet()));
    BinaryOperator<NDArray> function = RandomFunctions.ARITHMETIC.get(name);
    int x = d.any();
    int y = RandomOperands.partner(d, x);
    requireDivisor(d, name, y);
    requirePower(d, name, x, y);
    d.rounded("{0}." + name + "({1})", (trace, in) -> function.apply(in[0], in[1]), x, y);
  }

  /** A remainder of whole numbers by 0 stops the process in ONNX Runtime, and throws in DJL. */
  private static void requireDivisor(Draft d, String name, int y) {
    if (name.equals("mod") && !d.floating(y)) {
      throw new Draft.Unfit("a divisor may be 0");
    }
  }

  /** Most powers of whole numbers are refused, so they are seldom. */
  private static void requirePower(Draft d, String name, int... operands) {
    if (name.equals("pow") && IntStream.of(operands).noneMatch(d::floating) && !d.chance(0.1)) {
      throw new Draft.Unfit("whole numbers");
    }
  }

  static void comparison(Draft d) {
    String name = d.one(List.copyOf(RandomFunctions.COMPARISONS.keySet()));
    BinaryOperator<NDArray> function = RandomFunctions.COMPARISONS.get(name);
    int x = d.any();
    d.exact(
        "{0}." + name + "({1})",
        (trace, in) -> function.apply(in[0], in[1]),
        x,
        RandomOperands.partner(d, x));
  }

  static void number(Draft d) {
    boolean compared = d.chance(0.25);
    Map<String, BiFunction<NDArray, Number, NDArray>> functions =
        compared ? RandomFunctions.COMPARED : RandomFunctions.NUMBERS;
    String name = d.one(List.copyOf(functions.keySet()));
    BiFunction<NDArray, Number, NDArray> function = functions.get(name);
    int x = d.any();
    if (d.chance(0.15) && d.rank(x) > 0) {
      int axis = d.axis(x);
      d.rounded(
          "{0}." + name + "({0}.size(" + axis + "))",
          (trace, in) -> function.apply(in[0], size(in[0], axis)),
          x);
      return;
    }
    requirePower(d, name, x);
    Number number = drawn(d, name.equals("mod"));
    d.add(
        "{0}." + name + "(" + written(number) + ")",
        compared ? RandomStep.Kind.EXACT : RandomStep.Kind.ROUNDED,
        (trace, in) -> function.apply(in[0], number),
        x);
  }

  private static long size(NDArray array, int axis) {
    return array.getShape().get(axis < 0 ? axis + array.getShape().dimension() : axis);
  }

  static void reversed(Draft d) {
    String name = d.one(List.copyOf(RandomFunctions.REVERSED.keySet()));
    BiFunction<Number, NDArray, NDArray> function = RandomFunctions.REVERSED.get(name);
    int x = d.any();
    requireDivisor(d, name, x);
    requirePower(d, name, x);
    Number number = drawn(d, false);
    d.rounded(
        "NDArrays." + name + "(" + written(number) + ", {0})",
        (trace, in) -> function.apply(number, in[0]),
        x);
  }

  private static Number drawn(Draft d, boolean divisor) {
    int whole = d.chance(0.1) ? d.one(List.of(100, 255, 256, 300, -129)) : d.between(-3, 4);
    whole = divisor && whole == 0 ? 2 : whole;
    double fraction = d.one(List.of(0.5, -0.25, 1.5, 0.1, -0.7, 2.0, 3.0, 0.001));
    return switch (d.between(0, 4)) {
      case 0 -> whole;
      case 1 -> (long) whole;
      case 2 -> fraction;
      case 3 -> (byte) (whole % 100 == 0 ? 1 : whole % 100);
      default -> (float) fraction;
    };
  }

  static String written(Number number) {
    return number
        + (number instanceof Long ? "L" : number instanceof Float ? "f" : "")
        + (number instanceof Byte ? " (byte)" : "");
  }

  static void clip(Draft d) {
    int x = d.any();
    int low = d.between(-2, 1);
    int above = d.between(0, 4);
    Number min = d.chance(0.5) ? (Number) low : (Number) (low + 0.5f);
    Number max = d.chance(0.5) ? (Number) (low + above) : (Number) (low + above + 0.25);
    d.exact(
        "{0}.clip(" + written(min) + ", " + written(max) + ")",
        (trace, in) -> in[0].clip(min, max),
        x);
  }

  static void where(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    int condition =
        d.find(s -> d.type(s) == DataType.BOOLEAN && d.shape(s).equals(d.shape(x)))
            .filter(s -> d.chance(0.7))
            .orElseGet(() -> d.exact("{0}.gt(0.3)", (trace, in) -> in[0].gt(0.3), x));
    d.exact(
        "NDArrays.where({0}, {1}, {2})",
        (trace, in) -> NDArrays.where(in[0], in[1], in[2]),
        condition,
        x,
        RandomOperands.partner(d, x));
  }

  /**
   * Fractions outside the range of a whole type are undefined in C++, so they are clipped first.
   */
  static void cast(Draft d) {
    int x = d.any();
    DataType type =
        d.one(
            List.of(
                DataType.FLOAT32,
                DataType.FLOAT32,
                DataType.FLOAT64,
                DataType.INT32,
                DataType.INT64,
                DataType.UINT8,
                DataType.BOOLEAN));
    boolean copy = d.chance(0.3);
    String call = "toType(" + type + ", " + copy + ")";
    if (d.floating(x) && (type.isInteger() || type == DataType.UINT8)) {
      d.exact(
          "NDArrays.where({0}.isNaN(), {0}.zerosLike(), {0}).clip(-100, 100)." + call,
          (trace, in) ->
              NDArrays.where(in[0].isNaN(), in[0].zerosLike(), in[0])
                  .clip(-100, 100)
                  .toType(type, copy),
          x);
      return;
    }
    d.rounded("{0}." + call, (trace, in) -> in[0].toType(type, copy), x);
  }

  private static final Map<String, BiFunction<NDArray, NDArray, NDArray>> IN_PLACE =
      Map.of(
          "addi", NDArray::addi,
          "subi", NDArray::subi,
          "muli", NDArray::muli,
          "divi", NDArray::divi,
          "modi", NDArray::modi,
          "powi", NDArray::powi);

  /** Changes an array in place, one with views included. */
  static void inPlace(Draft d) {
    int x =
        d.chance(0.5)
            ? d.rounded("{0}.mul(2f)", (t, in) -> in[0].mul(2f), d.any())
            : d.any(d::owned);
    if (!d.owned(x)) {
      throw new Draft.Unfit("may be a parameter");
    }
    if (d.chance(0.3)) {
      boolean sign = d.chance(0.5);
      d.add(
          sign ? "{0}.signi()" : "{0}.negi()",
          RandomStep.Kind.IN_PLACE,
          (t, in) -> sign ? in[0].signi() : in[0].negi(),
          x);
      return;
    }
    String name = d.one(IN_PLACE.keySet().stream().sorted().toList());
    int y = d.chance(0.5) ? x : RandomOperands.partner(d, x);
    requireDivisor(d, name.substring(0, 3), y);
    requirePower(d, name.substring(0, 3), x, y);
    d.add(
        "{0}." + name + "({1})",
        RandomStep.Kind.IN_PLACE,
        (t, in) -> IN_PLACE.get(name).apply(in[0], in[1]),
        x,
        y);
  }
}
