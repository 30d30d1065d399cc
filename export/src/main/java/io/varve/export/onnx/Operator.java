package io.varve.export.onnx;

import java.util.List;

/**
 * How one operation of the record is written in ONNX.
 *
 * @param name the operation, such as {@code NDArray.add}
 * @param onnx what it becomes, for people
 * @param rule writes it and gives the names of its results
 */
record Operator(String name, String onnx, Rule rule) {
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
}
