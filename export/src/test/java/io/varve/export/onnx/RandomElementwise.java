package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Random statements on single elements, with broadcasting, numbers and mixed types. */
final class RandomElementwise {
  private RandomElementwise() {}

  private static final Map<String, UnaryOperator<NDArray>> EXACT = new LinkedHashMap<>();
  private static final Map<String, UnaryOperator<NDArray>> ROUNDED = new LinkedHashMap<>();
  private static final Map<String, UnaryOperator<NDArray>> COMPOSED = new LinkedHashMap<>();
  private static final Map<String, BinaryOperator<NDArray>> ARITHMETIC = new LinkedHashMap<>();
  private static final Map<String, BinaryOperator<NDArray>> COMPARISONS = new LinkedHashMap<>();
  private static final Map<String, BiFunction<NDArray, Number, NDArray>> NUMBERS =
      new LinkedHashMap<>();
  private static final Map<String, BiFunction<Number, NDArray, NDArray>> REVERSED =
      new LinkedHashMap<>();
  private static final Map<String, BiFunction<NDArray, Number, NDArray>> COMPARED =
      new LinkedHashMap<>();

  static {
    EXACT.put("neg()", NDArray::neg);
    EXACT.put("abs()", NDArray::abs);
    EXACT.put("sign()", NDArray::sign);
    EXACT.put("floor()", NDArray::floor);
    EXACT.put("ceil()", NDArray::ceil);
    EXACT.put("round()", NDArray::round);
    EXACT.put("trunc()", NDArray::trunc);
    EXACT.put("isNaN()", NDArray::isNaN);
    EXACT.put("isInfinite()", NDArray::isInfinite);
    EXACT.put("logicalNot()", NDArray::logicalNot);
    EXACT.put("relu()", Activation::relu);
    EXACT.put("relu6()", Activation::relu6);
    EXACT.put("duplicate()", NDArray::duplicate);
    EXACT.put("stopGradient()", NDArray::stopGradient);
    EXACT.put("toDense()", NDArray::toDense);
    ROUNDED.put("square()", NDArray::square);
    ROUNDED.put("sqrt()", NDArray::sqrt);
    ROUNDED.put("cbrt()", NDArray::cbrt);
    ROUNDED.put("exp()", NDArray::exp);
    ROUNDED.put("log()", NDArray::log);
    ROUNDED.put("log10()", NDArray::log10);
    ROUNDED.put("log2()", NDArray::log2);
    COMPOSED.put("sin()", NDArray::sin);
    COMPOSED.put("cos()", NDArray::cos);
    COMPOSED.put("tan()", NDArray::tan);
    COMPOSED.put("asin()", NDArray::asin);
    COMPOSED.put("acos()", NDArray::acos);
    ROUNDED.put("atan()", NDArray::atan);
    COMPOSED.put("sinh()", NDArray::sinh);
    COMPOSED.put("cosh()", NDArray::cosh);
    COMPOSED.put("tanh()", NDArray::tanh);
    ROUNDED.put("toDegrees()", NDArray::toDegrees);
    ROUNDED.put("toRadians()", NDArray::toRadians);
    COMPOSED.put("erf()", NDArray::erf);
    COMPOSED.put("tanh().mul(0.9f).erfinv()", x -> x.tanh().mul(0.9f).erfinv());
    COMPOSED.put("activation tanh()", Activation::tanh);
    COMPOSED.put("sigmoid()", Activation::sigmoid);
    COMPOSED.put("softPlus()", Activation::softPlus);
    COMPOSED.put("softSign()", Activation::softSign);
    COMPOSED.put("selu()", Activation::selu);
    COMPOSED.put("gelu()", Activation::gelu);
    COMPOSED.put("mish()", Activation::mish);
    ROUNDED.put("leakyRelu(0.1)", x -> Activation.leakyRelu(x, 0.1f));
    COMPOSED.put("elu(1.5)", x -> Activation.elu(x, 1.5f));
    COMPOSED.put("swish(0.7)", x -> Activation.swish(x, 0.7f));
    ARITHMETIC.put("add", NDArray::add);
    ARITHMETIC.put("sub", NDArray::sub);
    ARITHMETIC.put("mul", NDArray::mul);
    ARITHMETIC.put("div", NDArray::div);
    ARITHMETIC.put("mod", NDArray::mod);
    ARITHMETIC.put("pow", NDArray::pow);
    ARITHMETIC.put("maximum", NDArray::maximum);
    ARITHMETIC.put("minimum", NDArray::minimum);
    ARITHMETIC.put("xlogy", NDArray::xlogy);
    ARITHMETIC.put("atan2", NDArray::atan2);
    COMPARISONS.put("eq", NDArray::eq);
    COMPARISONS.put("neq", NDArray::neq);
    COMPARISONS.put("gt", NDArray::gt);
    COMPARISONS.put("gte", NDArray::gte);
    COMPARISONS.put("lt", NDArray::lt);
    COMPARISONS.put("lte", NDArray::lte);
    COMPARISONS.put("logicalAnd", NDArray::logicalAnd);
    COMPARISONS.put("logicalOr", NDArray::logicalOr);
    COMPARISONS.put("logicalXor", NDArray::logicalXor);
    NUMBERS.put("add", NDArray::add);
    NUMBERS.put("sub", NDArray::sub);
    NUMBERS.put("mul", NDArray::mul);
    NUMBERS.put("div", NDArray::div);
    NUMBERS.put("mod", NDArray::mod);
    NUMBERS.put("pow", NDArray::pow);
    NUMBERS.put("maximum", NDArray::maximum);
    NUMBERS.put("minimum", NDArray::minimum);
    COMPARED.put("eq", NDArray::eq);
    COMPARED.put("neq", NDArray::neq);
    COMPARED.put("gt", NDArray::gt);
    COMPARED.put("gte", NDArray::gte);
    COMPARED.put("lt", NDArray::lt);
    COMPARED.put("lte", NDArray::lte);
    REVERSED.put("sub", NDArrays::sub);
    REVERSED.put("div", NDArrays::div);
    REVERSED.put("mod", NDArrays::mod);
    REVERSED.put("pow", NDArrays::pow);
    REVERSED.put("add", NDArrays::add);
    REVERSED.put("mul", NDArrays::mul);
    REVERSED.put("maximum", NDArrays::maximum);
  }

  private static final List<RandomStep.Kind> KINDS =
      List.of(RandomStep.Kind.EXACT, RandomStep.Kind.ROUNDED, RandomStep.Kind.COMPOSED);

  static void function(Draft d) {
    RandomStep.Kind kind = d.one(KINDS);
    Map<String, UnaryOperator<NDArray>> functions =
        switch (kind) {
          case EXACT -> EXACT;
          case ROUNDED -> ROUNDED;
          default -> COMPOSED;
        };
    String name = d.one(List.copyOf(functions.keySet()));
    UnaryOperator<NDArray> function = functions.get(name);
    int x = d.any(slot -> d.type(slot) == DataType.FLOAT32 || d.chance(0.15));
    // The engine's gelu of infinity is no number.
    String text = (name.equals("gelu()") ? RandomStep.FINITE : "") + "{0}." + name;
    d.add(text, kind, (trace, in) -> function.apply(in[0]), x);
  }

  static void arithmetic(Draft d) {
    String name = d.one(List.copyOf(ARITHMETIC.keySet()));
    BinaryOperator<NDArray> function = ARITHMETIC.get(name);
    int x = d.any();
    int y = partner(d, x);
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
    String name = d.one(List.copyOf(COMPARISONS.keySet()));
    BinaryOperator<NDArray> function = COMPARISONS.get(name);
    int x = d.any();
    d.exact("{0}." + name + "({1})", (trace, in) -> function.apply(in[0], in[1]), x, partner(d, x));
  }

  static void number(Draft d) {
    boolean compared = d.chance(0.25);
    Map<String, BiFunction<NDArray, Number, NDArray>> functions = compared ? COMPARED : NUMBERS;
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
    String name = d.one(List.copyOf(REVERSED.keySet()));
    BiFunction<Number, NDArray, NDArray> function = REVERSED.get(name);
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
        (trace, in) -> NDArrays.where(in[0], in[1], in[2]), condition, x, partner(d, x));
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

  /** Something that broadcasts against an array. */
  static int partner(Draft d, int x) {
    DataType type = d.chance(0.7) ? d.type(x) : d.one(types());
    if (d.chance(0.4)) {
      int start = d.random.nextInt(d.size());
      for (int i = 0; i < d.size(); i++) {
        int y = (start + i) % d.size();
        if (y != x && broadcast(d.shape(x), d.shape(y))) {
          return y;
        }
      }
    }
    List<Long> tail = new ArrayList<>();
    for (int axis = d.rank(x) - 1; axis >= 0 && d.extent(x, axis).fixed(); axis--) {
      tail.add(0, d.chance(0.3) ? 1 : d.extent(x, axis).offset());
      if (d.chance(0.2)) {
        break;
      }
    }
    long[] shape = tail.stream().mapToLong(Long::longValue).toArray();
    return switch (d.between(0, 5)) {
      case 0 -> x;
      case 1 -> d.parameter(type, shape);
      case 2 -> d.constant(type, shape);
      case 3 -> plain(d);
      case 4 -> sameShape(d, x, type);
      default -> reduced(d, x);
    };
  }

  static List<DataType> types() {
    return List.of(
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT64,
        DataType.INT32,
        DataType.INT64,
        DataType.UINT8,
        DataType.BOOLEAN);
  }

  private static boolean broadcast(List<Extent> x, List<Extent> y) {
    Extent one = Extent.of(1);
    for (int i = 1; i <= Math.min(x.size(), y.size()); i++) {
      Extent a = x.get(x.size() - i);
      Extent b = y.get(y.size() - i);
      if (!a.equals(b) && !a.equals(one) && !b.equals(one)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the result of two operands has the shape of the first. */
  static boolean keeps(List<Extent> x, List<Extent> y) {
    return y.size() <= x.size()
        && IntStream.range(1, y.size() + 1)
            .allMatch(
                i -> {
                  Extent size = y.get(y.size() - i);
                  return size.equals(Extent.of(1)) || size.equals(x.get(x.size() - i));
                });
  }

  /** A scalar that the trace did not make. */
  private static int plain(Draft d) {
    float number = d.one(List.of(2f, 0.5f, -1.5f));
    boolean whole = d.chance(0.3);
    return d.source(
        Draft.PLAIN + (whole ? "3" : number + "f"),
        (trace, in) -> whole ? trace.samples().create(3) : trace.samples().create(number));
  }

  private static int sameShape(Draft d, int x, DataType type) {
    List<Extent> shape = d.shape(x);
    if (shape.isEmpty() || !shape.get(0).equals(Extent.BATCH)) {
      return x;
    }
    List<Extent> event = shape.subList(1, shape.size());
    if (!event.stream().allMatch(Extent::fixed)) {
      return x;
    }
    return d.input(type, false, event.stream().mapToLong(Extent::offset).toArray());
  }

  private static int reduced(Draft d, int x) {
    int[] axes = {d.axis(x)};
    return d.exact(
        "{0}.max(" + Arrays.toString(axes) + ", true)", (trace, in) -> in[0].max(axes, true), x);
  }

  /** Filled arrays, whose shape may be that of another array. */
  static void creation(Draft d) {
    int x = d.any();
    DataType type = d.one(types());
    Extent first = d.rank(x) == 0 ? Extent.of(2) : d.extent(x, 0);
    float number = d.one(List.of(0f, 1f, 2f, -0.5f));
    switch (d.between(0, 6)) {
      case 0 -> d.exact("{0}.zerosLike()", (t, in) -> in[0].zerosLike(), x);
      case 1 -> d.exact("{0}.onesLike()", (t, in) -> in[0].onesLike(), x);
      case 2 ->
          d.exact(
              "zeros({0}.getShape(), " + type + ")",
              (t, in) -> t.manager().zeros(in[0].getShape(), type),
              x);
      case 3 ->
          d.exact(
              "ones([" + first + ", 2], " + type + ")",
              (t, in) -> t.manager().ones(new Shape(first.at(t.batch()), 2), type));
      case 4 ->
          d.exact(
              "full({0}.getShape(), " + number + ")",
              (t, in) -> t.manager().full(in[0].getShape(), number),
              x);
      case 5 -> counted(d, first);
      default ->
          d.exact(
              "eye(" + first + ", 3)", (t, in) -> t.manager().eye((int) first.at(t.batch()), 3, 0));
    }
  }

  private static void counted(Draft d, Extent size) {
    DataType type = d.one(List.of(DataType.FLOAT32, DataType.INT32, DataType.INT64));
    int start = d.between(-2, 2);
    if (d.chance(0.2)) {
      d.exact("linspace(-1, 1, 5)", (t, in) -> t.manager().linspace(-1f, 1f, 5));
      return;
    }
    d.exact(
        "arange(" + start + ", " + start + " + " + size + ", 1, " + type + ")",
        (t, in) -> t.manager().arange(start, start + (int) size.at(t.batch()), 1, type));
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
    int y = d.chance(0.5) ? x : partner(d, x);
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
