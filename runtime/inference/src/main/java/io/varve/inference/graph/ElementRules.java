package io.varve.inference.graph;

import static io.varve.inference.graph.Rule.one;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongBinaryOperator;

/** Operators that work element by element, and those that keep a shape. */
final class ElementRules {
  private static final List<String> FUNCTIONS =
      names(
          "Abs Acos Asin Atan Ceil Cos Cosh Erf Exp Floor Log Neg Not Relu Round Sigmoid Sign Sin"
              + " Sinh Softplus Softsign Sqrt Tan Tanh");

  private static final Map<String, LongBinaryOperator> ON_SIZES =
      Map.of(
          "Add", Math::addExact,
          "Sub", Math::subtractExact,
          "Mul", Math::multiplyExact);

  private ElementRules() {}

  static Map<String, Rule> all() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (String name : FUNCTIONS) {
      rules.put(name, one(call -> like(call.takes(1, 1).in(0))));
    }
    rules.put("Identity", one(call -> call.takes(1, 1).in(0)));
    for (String name : names("Elu LeakyRelu")) {
      rules.put(name, one(call -> scaled(call, "alpha")));
    }
    rules.put("Selu", one(call -> scaled(call, "alpha", "gamma")));
    rules.put("Gelu", one(ElementRules::gelu));
    for (String name : names("Softmax LogSoftmax")) {
      rules.put(name, one(ElementRules::alongAxis));
    }
    for (String name : names("Add Sub Mul Div Pow And Or Xor Mod")) {
      rules.put(name, one(call -> binary(call, name)));
    }
    for (String name : names("Max Min")) {
      rules.put(name, one(ElementRules::all));
    }
    for (String name : names("Equal Greater GreaterOrEqual Less LessOrEqual")) {
      rules.put(name, one(call -> truth(stretched(call.takes(2, 2), 0, 1))));
    }
    for (String name : names("IsInf IsNaN")) {
      rules.put(name, one(call -> truth(call.takes(1, 1).in(0))));
    }
    rules.put("Where", one(ElementRules::where));
    rules.put("Clip", one(ElementRules::clip));
    rules.put("Cast", one(ElementRules::cast));
    return rules;
  }

  static List<String> names(String spaced) {
    return List.of(spaced.split(" ", -1));
  }

  static Fact like(Fact fact) {
    return Fact.of(fact.type(), fact.dims());
  }

  private static Fact truth(Fact fact) {
    return Fact.of(ElementType.BOOL, fact.dims());
  }

  private static Fact scaled(Call call, String... factors) {
    for (String factor : factors) {
      call.real(factor);
    }
    return like(call.takes(1, 1).in(0));
  }

  private static Fact gelu(Call call) {
    call.text("approximate", "none", "tanh");
    return like(call.takes(1, 1).in(0));
  }

  private static Fact alongAxis(Call call) {
    Fact x = call.takes(1, 1).in(0);
    call.axis(-1, x.rank());
    return like(x);
  }

  /** Two inputs of one type, stretched to one shape. */
  private static Fact stretched(Call call, int i, int k) {
    Fact a = call.in(i);
    Fact b = call.in(k);
    call.require(a.type() == b.type(), a + " beside " + b, "one type");
    return Fact.of(a.type(), Broadcast.of(call, a.dims(), b.dims()));
  }

  private static Fact binary(Call call, String name) {
    call.takes(2, 2);
    Fact left = call.in(0);
    if (name.equals("Mod")) {
      boolean real = call.flag("fmod", false);
      call.require(real || left.type().whole(), "fmod 0 of " + left, "1");
    }
    Fact right = call.in(1);
    Fact result =
        name.equals("Pow") // the exponent may have another type
            ? Fact.of(left.type(), Broadcast.of(call, left.dims(), right.dims()))
            : stretched(call, 0, 1);
    if (left.type().whole() && (name.equals("Div") || name.equals("Mod"))) {
      requireDivides(call, right);
    }
    return computed(result, left, right, Optional.ofNullable(ON_SIZES.get(name)));
  }

  /** A processor stops a process that divides a whole number by 0, or the least one by -1. */
  private static void requireDivides(Call call, Fact divisor) {
    boolean safe =
        divisor.numbers().isPresent()
            && Arrays.stream(divisor.numbers().get()).allMatch(n -> n != 0 && n != -1);
    call.require(safe, "a division of whole numbers", "by constants that are neither 0 nor -1");
  }

  /** Sums and products of known sizes are known. */
  private static Fact computed(
      Fact result, Fact left, Fact right, Optional<LongBinaryOperator> operator) {
    boolean sizes =
        operator.isPresent()
            && left.type() == ElementType.INT64
            && left.numbers().isPresent()
            && right.numbers().isPresent()
            && (left.sameAs(right) || left.size() == 1 || right.size() == 1);
    if (!sizes) {
      return result;
    }
    long[] a = left.numbers().get();
    long[] b = right.numbers().get();
    long[] numbers = new long[(int) result.size()];
    try {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = operator.get().applyAsLong(a[a.length == 1 ? 0 : i], b[b.length == 1 ? 0 : i]);
      }
    } catch (ArithmeticException e) {
      return result; // no size is that large
    }
    return Fact.known(result.type(), result.dims(), numbers);
  }

  private static Fact all(Call call) {
    Fact result = like(call.in(0));
    for (int i = 1; i < call.count(); i++) {
      Fact next = call.in(i);
      call.require(result.type() == next.type(), result + " beside " + next, "one type");
      result = Fact.of(result.type(), Broadcast.of(call, result.dims(), next.dims()));
    }
    return result;
  }

  private static Fact where(Call call) {
    call.takes(3, 3);
    Fact chosen = stretched(call, 1, 2);
    call.require(call.in(0).type() == ElementType.BOOL, call.in(0) + "", "a condition");
    return Fact.of(chosen.type(), Broadcast.of(call, call.in(0).dims(), chosen.dims()));
  }

  private static Fact clip(Call call) {
    Fact x = call.takes(1, 3).in(0);
    for (int i = 1; i < 3; i++) {
      boolean bound = !call.has(i) || (call.in(i).rank() == 0 && call.in(i).type() == x.type());
      call.require(bound, "bound " + i + " of another kind", "a number of type " + x.type());
    }
    return like(x);
  }

  private static Fact cast(Call call) {
    Fact x = call.takes(1, 1).in(0);
    Optional<ElementType> to = ElementType.of(call.whole("to", 0));
    call.require(to.isPresent(), "a cast to type " + call.whole("to", 0), "a type of bundles");
    boolean kept = x.type().whole() && to.get() == ElementType.INT64;
    return new Fact(
        to.get(), x.dims(), kept ? x.numbers() : Optional.empty(), Fact.Special.NONE, false);
  }
}
