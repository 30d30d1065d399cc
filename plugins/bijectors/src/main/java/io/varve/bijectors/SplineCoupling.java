package io.varve.bijectors;

import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.Arrays;
import java.util.List;

/**
 * Vectors [B, D] whose first values stay as they are and whose others go through splines that
 * follow from these.
 *
 * @param network from the kept values and the context to widths, heights [T bins] and slopes [T
 *     (bins - 1)] of T values
 */
record SplineCoupling(Block network, int bins, double bound, int kept) implements Bijection {
  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    return map(pass, x, context, true);
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    return map(pass, y, context, false);
  }

  private Mapped map(Pass pass, NDArray x, NDList context, boolean forward) {
    NDList inputs = asManyRows(x, context);
    NDList parts = inputs.head().split(new long[] {kept}, 1);
    inputs.set(0, parts.get(0));
    NDList raw = pass.run(network, inputs);
    RationalQuadratic spline =
        new RationalQuadratic(
            raw.get(0).reshape(-1, parts.get(1).getShape().get(1), bins),
            raw.get(1).reshape(-1, parts.get(1).getShape().get(1), bins),
            raw.get(2).reshape(-1, parts.get(1).getShape().get(1), bins - 1),
            bound);
    NDList mapped = forward ? spline.forward(parts.get(1)) : spline.inverse(parts.get(1));
    NDArray value = parts.get(0).concat(mapped.get(0), 1);
    return new Mapped(value, sumEvent(mapped.get(1)));
  }

  /** All of them with the rows of the longest: any may have one row for the whole batch. */
  private static NDList asManyRows(NDArray x, NDList context) {
    NDList all = new NDList(x);
    all.addAll(context);
    if (context.isEmpty()) {
      return all;
    }
    NDArray rows = column(x);
    for (NDArray given : context) {
      rows = rows.add(column(given));
    }
    NDList spread = new NDList();
    for (NDArray array : all) {
      long[] ones = new long[array.getShape().dimension()];
      Arrays.fill(ones, 1);
      ones[0] = -1;
      spread.add(array.add(rows.reshape(new Shape(ones))));
    }
    return spread;
  }

  /** Zero for each row, [B]. */
  private static NDArray column(NDArray array) {
    return sumEvent(array.zerosLike());
  }

  @Override
  public List<Parameter> parameters() {
    return network.getParameters().values();
  }
}
