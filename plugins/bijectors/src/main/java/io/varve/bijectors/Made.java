package io.varve.bijectors;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.bijectors.Maf.Degrees;
import io.varve.spi.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A conditional masked autoencoder (Apostolopoulou et al., 2021, section 9.2): a shift m and a
 * scale s for each of D values, made of the values of smaller degree and all of the context.
 *
 * <p>Degrees count from the mask offset C of the paper, which is the size of the context: values
 * have the degrees 1 to D and hidden units 0 to D - 1, so that the first output reads the context
 * too, where the paper's hidden degrees start at 1. Without context a unit of degree 0 would read
 * nothing: hidden degrees start at 1.
 *
 * <p>It sees the values in their order, see {@link ValueOrder}, and has its units in that of their
 * degrees. Units of a layer can be exchanged, so that this is the paper's network.
 */
final class Made {
  /** s = 5 tanh(raw / 5): e^s is at least 0.0067 and at most 148. */
  private static final double BOUND = 5;

  /** Of outputs over that of their fan-in: a flow begins as almost no flow. */
  private static final double SMALL = 0.01;

  private final Activation activation;
  private final MaskedUnits values;
  private final List<MaskedUnits> units = new ArrayList<>();
  private final List<MaskedLayer> hidden = new ArrayList<>();
  private final MaskedLayer shift;
  private final MaskedLayer scale;

  /** m and s, each [B, D]. */
  record Terms(NDArray m, NDArray s) {}

  /**
   * @param random draws hidden degrees
   * @param size D
   */
  Made(Maf maf, int size, List<Shape> context, Random random) {
    this.activation = maf.activation();
    this.values = MaskedUnits.of("input", true, IntStream.rangeClosed(1, size).toArray());
    MaskedUnits below = values;
    List<Shape> read = context;
    int lowest = context.isEmpty() ? 1 : 0;
    long fanIn = size + context.stream().mapToLong(Shape::size).sum();
    for (int i = 0; i < maf.hidden().size(); i++) {
      String name = "hidden" + i;
      int[] degrees = maf.degrees().of(lowest, size - 1, maf.hidden().get(i), random);
      MaskedUnits own = MaskedUnits.of(name, maf.degrees() == Degrees.EQUAL, degrees);
      units.add(own);
      hidden.add(new MaskedLayer(name, below, own, false, read, activation.deviation(fanIn)));
      below = own;
      read = List.of();
      fanIn = degrees.length;
    }
    double deviation = SMALL / Math.sqrt((double) fanIn);
    shift = new MaskedLayer("shift", below, values, true, read, deviation);
    scale = new MaskedLayer("scale", below, values, true, read, deviation);
  }

  /** m and s as a function of the values in order [B, D]; masks and the context are done once. */
  Function<NDArray, Terms> at(Pass pass, NDList context) {
    List<UnaryOperator<NDArray>> layers = hidden.stream().map(l -> l.at(pass, context)).toList();
    UnaryOperator<NDArray> toShift = shift.at(pass, context);
    UnaryOperator<NDArray> toScale = scale.at(pass, context);
    return x -> {
      NDArray h = x;
      for (UnaryOperator<NDArray> layer : layers) {
        h = activation.of(layer.apply(h));
      }
      NDArray raw = toScale.apply(h);
      NDArray bound = constant(raw, BOUND);
      return new Terms(toShift.apply(h), raw.div(bound).tanh().mul(bound));
    };
  }

  List<Parameter> parameters() {
    Stream<MaskedLayer> layers = Stream.concat(hidden.stream(), Stream.of(shift, scale));
    Stream<MaskedUnits> masked = Stream.concat(Stream.of(values), units.stream());
    return Stream.concat(
            layers.flatMap(layer -> layer.parameters().stream()), masked.map(MaskedUnits::degrees))
        .toList();
  }
}
