package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import java.util.List;

/**
 * New arrays whose shape depends on the batch, or that are too large to be folded; all others are
 * constants already.
 */
final class Creation {
  static final List<Operator> OPERATORS =
      List.of(
          one("NDManager.zeros", "Expand", c -> filled(c, 0)),
          one("NDManager.ones", "Expand", c -> filled(c, 1)),
          one("NDManager.full", "Expand", c -> filled(c, c.number(1))),
          one("NDArray.zerosLike", "Expand", c -> filled(c, 0)),
          one("NDArray.onesLike", "Expand", c -> filled(c, 1)),
          one("NDManager.arange", "Range", Creation::arange)
              .refusing("fractions up to the batch: use whole numbers and mul"),
          one("NDManager.eye", "Expand, EyeLike", Creation::eye));

  private Creation() {}

  private static String filled(Call c, Number value) {
    return Reshaping.expand(c, c.scalar(value, c.type()));
  }

  private static String arange(Call c) {
    if (!c.integral(0)) {
      throw c.refuse("counts in fractions", "use whole bounds and a whole step");
    }
    DataType whole = DataType.INT64;
    Emitter emit = c.emit();
    String range =
        c.node(
            "Range",
            emit.number(c.extent(0), whole),
            emit.number(c.extent(1), whole),
            emit.number(c.extent(2), whole));
    return emit.cast(range, whole, c.type());
  }

  private static String eye(Call c) {
    String zeros = Reshaping.expand(c, c.scalar(0, DataType.FLOAT32));
    return c.emit().cast(c.node("EyeLike", zeros), DataType.FLOAT32, c.type());
  }
}
