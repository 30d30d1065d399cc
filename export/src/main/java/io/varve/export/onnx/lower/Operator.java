package io.varve.export.onnx.lower;

import java.util.List;

/**
 * How one operation of the record is written in ONNX.
 *
 * @param name the operation, such as {@code NDArray.add}
 * @param onnx what it becomes, for the documentation
 * @param types the types of its elements, for the documentation
 * @param limits what is refused, and what to write instead, for the documentation
 * @param rule writes it and gives the names of its results
 */
record Operator(String name, String onnx, String types, String limits, Rule rule) {
  /** For operations on fractions, in either precision. */
  static final String FLOATING = "FLOAT32, FLOAT64";

  private static final String ALL = "all";

  /** Lowers a call to nodes. */
  @FunctionalInterface
  interface Rule {
    List<String> lower(Call call);
  }

  /** Lowers a call with one result. */
  @FunctionalInterface
  interface Single {
    String lower(Call call);
  }

  Operator(String name, String onnx, Rule rule) {
    this(name, onnx, ALL, "", rule);
  }

  /** The same, for these types only. */
  Operator only(String some) {
    return new Operator(name, onnx, some, limits, rule);
  }

  /** The same, with a remark on what is refused. */
  Operator refusing(String refused) {
    return new Operator(name, onnx, types, refused, rule);
  }
}
