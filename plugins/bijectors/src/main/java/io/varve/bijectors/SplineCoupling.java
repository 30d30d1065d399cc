package io.varve.bijectors;

import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.ConstantInitializer;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Vectors [B, D] whose first values stay as they are and whose others go through splines that
 * follow from these.
 *
 * <p>The network leads from the kept values and the context to widths, heights [T bins] and slopes
 * [T (bins - 1)] of T values.
 */
final class SplineCoupling implements Bijection {
  /** Of outputs of order one: a flow begins as almost no flow. */
  private static final float SMALL = 0.1f;

  private final Spline keys;
  private final Block network;
  private final List<Parameter> gains;

  SplineCoupling(Spline keys, Block network) {
    this.keys = keys;
    this.network = network;
    this.gains = Stream.of("widths", "heights", "slopes").map(SplineCoupling::gain).toList();
  }

  private static Parameter gain(String of) {
    return Parameter.builder()
        .setName("gain." + of)
        .setType(Parameter.Type.OTHER)
        .optShape(new Shape(1))
        .optInitializer(new ConstantInitializer(SMALL))
        .build();
  }

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
    NDList parts = inputs.head().split(new long[] {keys.kept()}, 1);
    inputs.set(0, parts.get(0));
    long changed = x.getShape().get(1) - keys.kept();
    NDList raw = pass.run(network, inputs);
    NDList shaped = new NDList();
    for (int i = 0; i < gains.size(); i++) {
      NDArray scaled = raw.get(i).mul(pass.value(gains.get(i)));
      shaped.add(scaled.reshape(-1, changed, i < 2 ? keys.bins() : keys.bins() - 1));
    }
    RationalQuadratic spline =
        new RationalQuadratic(shaped.get(0), shaped.get(1), shaped.get(2), keys.bound());
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
    List<Parameter> all = new ArrayList<>(network.getParameters().values());
    all.addAll(gains);
    return all;
  }
}
