package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.graph.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Comparisons, logic and choice, with broadcasting. */
final class Comparisons {
  private static final Map<String, String> COMPARISONS =
      Map.of(
          "eq", "Equal",
          "gt", "Greater",
          "gte", "GreaterOrEqual",
          "lt", "Less",
          "lte", "LessOrEqual");

  private static final Map<String, String> LOGIC =
      Map.of("logicalAnd", "And", "logicalOr", "Or", "logicalXor", "Xor");

  static final List<Operator> OPERATORS = operators();

  private Comparisons() {}

  private static List<Operator> operators() {
    List<Operator> table = new ArrayList<>();
    COMPARISONS.forEach(
        (name, onnx) -> table.add(one("NDArray." + name, onnx, c -> compare(c, onnx))));
    LOGIC.forEach(
        (name, onnx) ->
            table.add(one("NDArray." + name, onnx, c -> c.node(onnx, truth(c, 0), truth(c, 1)))));
    table.add(one("NDArray.neq", "Equal, Not", c -> c.node("Not", compare(c, "Equal"))));
    table.add(one("NDArray.logicalNot", "Not", c -> c.node("Not", truth(c, 0))));
    table.add(one("NDArray.isNaN", "IsNaN", c -> c.node("IsNaN", floating(c))));
    table.add(one("NDArray.isInfinite", "IsInf", c -> c.node("IsInf", floating(c))));
    table.add(one("NDArray.all", "ReduceMin", c -> quantifier(c, "ReduceMin")));
    table.add(one("NDArray.any", "ReduceMax", c -> quantifier(c, "ReduceMax")));
    table.add(
        one("NDArray.none", "ReduceMax, Not", c -> c.node("Not", quantifier(c, "ReduceMax"))));
    table.add(one("NDArrayEx.where", "Where", Comparisons::where));
    return table;
  }

  private static String compare(Call c, String onnx) {
    DataType type = Types.promote(c.operand(0), c.operand(1));
    return c.node(onnx, c.arithmetic(0, type), c.arithmetic(1, type));
  }

  private static String truth(Call c, int i) {
    return c.in(i, DataType.BOOLEAN);
  }

  private static String floating(Call c) {
    return c.type(0).isFloating() ? c.in(0) : c.in(0, DataType.FLOAT32);
  }

  private static String quantifier(Call c, String onnx) {
    String counted = c.emit().cast(truth(c, 0), DataType.BOOLEAN, DataType.INT32);
    String reduced = c.node(onnx, Map.of("keepdims", 0L), counted);
    return c.emit().cast(reduced, DataType.INT32, DataType.BOOLEAN);
  }

  /** Called on the array for true: (condition, array for false). */
  private static String where(Call c) {
    DataType computed = Types.arithmetic(c.type());
    String chosen =
        c.node("Where", truth(c, 1), c.arithmetic(0, c.type()), c.arithmetic(2, c.type()));
    return c.emit().cast(chosen, computed, c.type());
  }
}
