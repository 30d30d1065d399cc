package io.varve.bijectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.varve.bijectors.Maf.Order;
import io.varve.spi.Pass;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * The order in which the values of an event depend on each other.
 *
 * @param order a buffer with the value at each place, [D]; none where every value has its own
 */
record ValueOrder(Optional<Parameter> order) {
  static ValueOrder of(Order order, int size, Random random) {
    int[] places = order.degrees(size, random);
    if (order == Order.NATURAL) {
      return new ValueOrder(Optional.empty());
    }
    int[] values = new int[size];
    for (int value = 0; value < size; value++) {
      values[places[value] - 1] = value;
    }
    return new ValueOrder(Optional.of(MaskedUnits.buffer("order", values)));
  }

  /** Puts values [B, D] into their order. */
  UnaryOperator<NDArray> sorting(Pass pass) {
    return order.map(pass::value).map(ValueOrder::moving).orElse(x -> x);
  }

  /** Puts ordered values [B, D] back to where they came from. */
  UnaryOperator<NDArray> restoring(Pass pass) {
    return order.map(pass::value).map(NDArray::argSort).map(ValueOrder::moving).orElse(x -> x);
  }

  private static UnaryOperator<NDArray> moving(NDArray from) {
    // Of the ways to pick columns, the gradient of this one is the cheapest.
    NDArray row = from.toType(DataType.INT64, false).expandDims(0);
    return x -> x.gather(row.broadcast(x.getShape()), 1);
  }

  List<Parameter> parameters() {
    return order.stream().toList();
  }
}
