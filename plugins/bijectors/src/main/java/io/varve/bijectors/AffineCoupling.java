package io.varve.bijectors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.ArrayList;
import java.util.List;

/**
 * From variable to base v = (y + t) e^s, from base to variable y = v e^-s - t, where s and t depend
 * on the other part of the event alone (Dinh et al., 2017, equations 4 to 8).
 *
 * <p>Either the two colours of a checkerboard are the parts, or the two halves of the channels.
 */
final class AffineCoupling implements Bijection {
  /** What a coupling changes. */
  enum Part {
    /** Pixels whose row and column add up to an even number. */
    EVEN,
    /** Pixels whose row and column add up to an odd number. */
    ODD,
    /** The first half of the channels. */
    FIRST,
    /** The second half of the channels. */
    SECOND;

    boolean ofPixels() {
      return this == EVEN || this == ODD;
    }
  }

  private final Part part;
  private final Shape event;
  private final Block network;
  private final Parameter bound;

  /**
   * A coupling.
   *
   * @param event [C, H, W]
   * @param network from the part of the event it reads, and context, to raw s and t: images of the
   *     event's shape, or of half its channels
   */
  AffineCoupling(Part part, Shape event, Block network) {
    this.part = part;
    this.event = event;
    this.network = network;
    this.bound =
        Parameter.builder()
            .setName("bound")
            .setType(Parameter.Type.OTHER)
            .optShape(new Shape(read(part, event).get(0), 1, 1))
            .optInitializer(Initializer.ONES)
            .build();
  }

  /** The shape of what a coupling reads, and of its s and t. */
  static Shape read(Part part, Shape event) {
    return part.ofPixels() ? event : new Shape(event.get(0) / 2, event.get(1), event.get(2));
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    return map(pass, y, context, true);
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    return map(pass, x, context, false);
  }

  private Mapped map(Pass pass, NDArray x, NDList context, boolean toBase) {
    if (part.ofPixels()) {
      NDArray changed = mask(pass, x);
      NDArray kept = constant(changed, 1).sub(changed);
      NDList st = scaleAndShift(pass, x.mul(kept), context);
      return affine(x, st.get(0).mul(changed), st.get(1).mul(changed), toBase);
    }
    NDList halves = x.split(2, 1);
    boolean first = part == Part.FIRST;
    NDArray kept = halves.get(first ? 1 : 0);
    NDList st = scaleAndShift(pass, kept, context);
    Mapped changed = affine(halves.get(first ? 0 : 1), st.get(0), st.get(1), toBase);
    NDArray value = first ? changed.value().concat(kept, 1) : kept.concat(changed.value(), 1);
    return new Mapped(value, changed.logDet());
  }

  /** 1 where pixels change, 0 where they stay, [1, 1, H, W]. */
  private NDArray mask(Pass pass, NDArray x) {
    NDArray rows = pass.manager().arange((int) event.get(1)).reshape(1, 1, -1, 1);
    NDArray columns = pass.manager().arange((int) event.get(2)).reshape(1, 1, 1, -1);
    NDArray sum = rows.add(columns).toType(x.getDataType(), false);
    NDArray odd = sum.mod(constant(sum, 2));
    return part == Part.ODD ? odd : constant(odd, 1).sub(odd);
  }

  private NDList scaleAndShift(Pass pass, NDArray kept, NDList context) {
    NDList inputs = new NDList(kept);
    inputs.addAll(context);
    NDList raw = pass.run(network, inputs);
    return new NDList(raw.get(0).tanh().mul(pass.value(bound)), raw.get(1));
  }

  private static Mapped affine(NDArray x, NDArray s, NDArray t, boolean toBase) {
    return toBase
        ? new Mapped(x.add(t).mul(s.exp()), sumEvent(s))
        : new Mapped(x.mul(s.neg().exp()).sub(t), sumEvent(s).neg());
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(network.getParameters().values());
    all.add(bound);
    return all;
  }
}
