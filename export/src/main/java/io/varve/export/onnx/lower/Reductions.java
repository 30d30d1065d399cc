package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.graph.Port;
import io.varve.export.onnx.graph.Types;
import io.varve.export.onnx.program.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reductions over axes, running sums and order. */
final class Reductions {
  private static final Map<String, String> REDUCTIONS =
      Map.of(
          "sum", "ReduceSum",
          "mean", "ReduceMean",
          "max", "ReduceMax",
          "min", "ReduceMin");

  private static final String EQUALS =
      "of equal elements the first comes first, which PyTorch leaves open";

  static final List<Operator> OPERATORS = operators();

  private Reductions() {}

  private static List<Operator> operators() {
    List<Operator> table = new ArrayList<>();
    REDUCTIONS.forEach(
        (name, onnx) -> table.add(one("NDArray." + name, onnx, c -> reduce(c, onnx))));
    table.add(
        one("NDArray.prod", "ReduceProd, or Scan of Mul of whole numbers", Reductions::product));
    table.add(one("NDArray.argMax", "ArgMax", c -> extremum(c, "ArgMax")));
    table.add(one("NDArray.argMin", "ArgMin", c -> extremum(c, "ArgMin")));
    table.add(one("NDArray.cumSum", "CumSum", Reductions::cumSum));
    table.add(one("NDArray.cumProd", "Scan of Mul, in FLOAT64 or INT64", Reductions::cumProd));
    table.add(one("NDArray.diff", "Slice, Sub", Reductions::diff));
    table.add(
        one("NDArray.softmax", "Softmax", c -> alongAxis(c, "Softmax")).only(Operator.FLOATING));
    table.add(
        one("NDArray.logSoftmax", "LogSoftmax", c -> alongAxis(c, "LogSoftmax"))
            .only(Operator.FLOATING));
    String orders = "other orders than 1 and 2: use abs, pow and sum";
    table.add(one("NDArray.norm", "ReduceL1 or ReduceL2", Reductions::norm).refusing(orders));
    table.add(
        one("NDArray.normalize", "ReduceL1 or ReduceL2, Max, Div", Reductions::normalize)
            .refusing(orders));
    table.add(one("NDArray.sort", "TopK", c -> sorted(c).get(0)));
    table.add(one("NDArray.argSort", "TopK, Slice", Reductions::argSort).refusing(EQUALS));
    table.add(new Operator("NDArray.topK", "TopK", Reductions::topK).refusing(EQUALS));
    return table;
  }

  private static String reduce(Call c, String onnx) {
    if (onnx.equals("ReduceSum") && c.type(0) == DataType.INT64) {
      return wrappingSum(c);
    }
    DataType computed = Types.arithmetic(c.type());
    String reduced = over(c, onnx, c.in(0, computed));
    boolean compares = onnx.equals("ReduceMax") || onnx.equals("ReduceMin");
    return compares && c.type().isFloating()
        ? keepingNan(c, reduced, over(c, "ReduceL1", c.in(0)))
        : c.emit().cast(reduced, computed, c.type());
  }

  /** ReduceProd multiplies INT64 in FLOAT64, which does not wrap around. Flags cannot. */
  private static String product(Call c) {
    if (c.type(0).isFloating() || c.type(0) == DataType.BOOLEAN) {
      return over(c, "ReduceProd", c.in(0, c.type()));
    }
    String x = c.in(0, c.type());
    boolean all = c.count() == 1;
    String product =
        all
            ? multiplied(c, c.node("Reshape", x, c.emit().ints(-1)), List.of(), 0).get(0)
            : multiplied(c, x, without(c.shape(0), (int) c.axes(1)[0]), c.axes(1)[0]).get(0);
    return c.reshape(product, c.shape());
  }

  private static String over(Call c, String onnx, String input) {
    return c.count() == 1
        ? c.node(onnx, keep(false), input)
        : c.node(onnx, keep(c.flag(2)), input, c.emit().ints(c.axes(1)));
  }

  /**
   * ONNX Runtime loses a NaN among numbers; the sum of absolute values is one if any element is.
   */
  static String keepingNan(Call c, String reduced, String absolute) {
    String nan = c.scalar(Double.NaN, c.type());
    return c.node("Where", c.node("IsNaN", absolute), nan, reduced);
  }

  /** ONNX Runtime sums INT64 in FLOAT64; its running sums are exact and wrap around. */
  private static String wrappingSum(Call c) {
    boolean all = c.count() == 1;
    String sum = all ? c.node("Reshape", c.in(0), c.emit().ints(-1)) : c.in(0);
    for (long axis : all ? new long[] {0} : c.axes(1)) {
      String running = c.node("CumSum", sum, c.scalar(axis, DataType.INT64));
      Emitter emit = c.emit();
      sum = c.node("Slice", running, emit.ints(-1), emit.ints(Long.MAX_VALUE), emit.ints(axis));
    }
    return c.reshape(sum, c.shape());
  }

  private static Map<String, ?> keep(boolean keep) {
    return Map.of("keepdims", keep ? 1L : 0L);
  }

  private static String extremum(Call c, String onnx) {
    DataType from = c.type(0);
    String x = from == DataType.BOOLEAN ? c.in(0, DataType.INT32) : c.in(0);
    x = from.isFloating() ? ordered(c, onnx.equals("ArgMax")) : x;
    return c.count() == 1
        ? c.node(onnx, Map.of("axis", 0L, "keepdims", 0L), c.node("Reshape", x, c.emit().ints(-1)))
        : c.node(onnx, Map.of("axis", (long) c.axis(1), "keepdims", 0L), x);
  }

  /**
   * Numbers in the order of the engine, in which NaN comes last, or first. ONNX Runtime compares
   * NaN with nothing, so it takes the place of infinity, and infinity that of the largest number.
   */
  private static String ordered(Call c, boolean last) {
    DataType type = c.type(0);
    double largest = type == DataType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
    double infinity = Double.POSITIVE_INFINITY;
    String x = c.in(0);
    String bounded =
        last
            ? c.node("Min", x, c.scalar(largest, type))
            : c.node("Max", x, c.scalar(-largest, type));
    String end = c.scalar(last ? infinity : -infinity, type);
    return c.node("Where", c.node("IsNaN", x), end, bounded);
  }

  private static String cumSum(Call c) {
    String x = c.in(0, c.type());
    if (c.rank(0) == 0) {
      return c.reshape(x, c.shape());
    }
    long axis = c.count() == 1 ? 0 : c.axis(1);
    return c.node("CumSum", x, c.scalar(axis, DataType.INT64));
  }

  /** As the engine does, which multiplies one by one in a wider type. */
  private static String cumProd(Call c) {
    DataType wide = c.type().isFloating() ? DataType.FLOAT64 : DataType.INT64;
    String x = c.emit().cast(c.in(0, c.type()), c.type(), wide);
    int axis = c.axis(1);
    String products = multiplied(c, x, without(c.shape(), axis), axis).get(1);
    return c.emit().cast(products, wide, c.type());
  }

  private static List<Extent> without(List<Extent> shape, int axis) {
    List<Extent> slice = new ArrayList<>(shape);
    slice.remove(axis);
    return slice;
  }

  /**
   * The product along an axis and the running products, one factor after the other.
   *
   * @param slice the shape of x without the axis
   */
  private static List<String> multiplied(Call c, String x, List<Extent> slice, long axis) {
    DataType wide = c.type().isFloating() ? DataType.FLOAT64 : DataType.INT64;
    String ones = c.node("Expand", c.scalar(1, wide), c.emit().shape(slice));
    Map<String, ?> attributes =
        Map.of(
            "num_scan_inputs",
            1L,
            "scan_input_axes",
            new long[] {axis},
            "scan_output_axes",
            new long[] {axis},
            "body",
            Lowering.scan(c.emit(), "Mul", new Port("", wide, slice)));
    return c.emit().nodes("Scan", attributes, List.of(ones, x), 2);
  }

  /** Arguments: how often, along which axis. */
  private static String diff(Call c) {
    DataType computed = Types.arithmetic(c.type());
    String x = c.in(0, computed);
    Emitter emit = c.emit();
    String axis = emit.ints(c.axis(2));
    for (long i = c.whole(1); i > 0; i--) {
      String later = c.node("Slice", x, emit.ints(1), emit.ints(Long.MAX_VALUE), axis);
      String earlier = c.node("Slice", x, emit.ints(0), emit.ints(-1), axis);
      // As flags, so that the next difference is one of flags too.
      x = emit.cast(c.node("Sub", later, earlier), computed, c.type());
      x = i > 1 ? emit.cast(x, c.type(), computed) : x;
    }
    return x;
  }

  private static String alongAxis(Call c, String onnx) {
    return c.node(onnx, Map.of("axis", (long) c.axis(1)), c.in(0, c.type()));
  }

  private static String norm(Call c) {
    if (c.count() == 2) {
      return c.node("ReduceL2", keep(c.flag(1)), c.in(0));
    }
    String onnx = reduction(c, c.number(1).doubleValue());
    return c.wholes(2).length == 0
        ? c.node(onnx, keep(c.flag(3)), c.in(0))
        : c.node(onnx, keep(c.flag(3)), c.in(0), c.emit().ints(c.axes(2)));
  }

  private static String normalize(Call c) {
    String onnx = reduction(c, c.number(1).doubleValue());
    String norm = c.node(onnx, keep(true), c.in(0), c.emit().ints(c.axis(2)));
    return c.node("Div", c.in(0), c.node("Max", norm, c.scalar(c.number(3), c.type())));
  }

  private static String reduction(Call c, double order) {
    if (order != 1 && order != 2) {
      throw c.refuse("takes the order " + order, "use 1 or 2, or write it with pow and sum");
    }
    return order == 1 ? "ReduceL1" : "ReduceL2";
  }

  private static List<String> sorted(Call c) {
    int axis = c.count() == 1 ? c.rank(0) - 1 : c.axis(1);
    return top(c, axis, false, c.emit().size(c.shape(0).get(axis)));
  }

  /** The first of the sorted elements, and their positions. */
  private static List<String> top(Call c, int axis, boolean largest, String count) {
    Map<String, ?> attributes =
        Map.of("axis", (long) axis, "largest", largest ? 1L : 0L, "sorted", 1L);
    DataType type = c.type(0);
    if (type.isFloating()) {
      List<String> top = c.emit().nodes("TopK", attributes, List.of(ordered(c, true), count), 2);
      Map<String, ?> along = Map.of("axis", (long) axis);
      return List.of(c.node("GatherElements", along, c.in(0), top.get(1)), top.get(1));
    }
    DataType computed = Types.arithmetic(type);
    List<String> top = c.emit().nodes("TopK", attributes, List.of(c.in(0, computed), count), 2);
    return List.of(c.emit().cast(top.get(0), computed, type), top.get(1));
  }

  private static String argSort(Call c) {
    String ascending = sorted(c).get(1);
    return c.flag(2) ? ascending : Reshaping.flip(c, ascending, c.axis(1));
  }

  private static List<String> topK(Call c) {
    return top(c, c.axis(2), c.flag(3), c.emit().size(c.extent(1)));
  }
}
