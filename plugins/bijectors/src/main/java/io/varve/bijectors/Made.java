package io.varve.bijectors;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.bijectors.MaskedLayer.Mask;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A conditional masked autoencoder (Apostolopoulou et al., 2021, section 9.2): a shift m and a
 * scale s for each of D values, made of the values of smaller degree and all of the context.
 *
 * <p>Degrees count from the mask offset C of the paper, which is the size of the context: values
 * have the degrees 1 to D and hidden units 0 to D - 1, so that the first output reads the context
 * too, where the paper's hidden degrees start at 1. Without context a unit of degree 0 would read
 * nothing: hidden degrees start at 1.
 */
final class Made {
  /** s = 5 tanh(raw / 5): e^s is at least 0.0067 and at most 148. */
  private static final double BOUND = 5;

  /** Of outputs over that of their fan-in: a flow begins as almost no flow. */
  private static final double SMALL = 0.01;

  private final Activation activation;
  private final List<MaskedLayer> hidden = new ArrayList<>();
  private final MaskedLayer shift;
  private final MaskedLayer scale;
  private final List<Parameter> degrees = new ArrayList<>();

  /** m and s, each [B, D]. */
  record Terms(NDArray m, NDArray s) {}

  Made(Maf maf, Site site, int size, List<Shape> context) {
    this.activation = maf.activation();
    Random random = new Random(site.seed());
    Parameter values = degrees("input", maf.order().degrees(size, random));
    Parameter below = values;
    List<Shape> read = context;
    int lowest = context.isEmpty() ? 1 : 0;
    long fanIn = size + context.stream().mapToLong(Shape::size).sum();
    for (int i = 0; i < maf.hidden().size(); i++) {
      String name = "hidden" + i;
      int[] own = maf.degrees().of(lowest, size - 1, maf.hidden().get(i), random);
      Parameter units = degrees(name, own);
      Mask mask = new Mask(below, units, false);
      hidden.add(layer(name, mask, read, activation.deviation(fanIn)));
      below = units;
      read = List.of();
      fanIn = own.length;
    }
    Mask mask = new Mask(below, values, true);
    double deviation = SMALL / Math.sqrt((double) fanIn);
    shift = layer("shift", mask, read, deviation);
    scale = layer("scale", mask, read, deviation);
  }

  private Parameter degrees(String of, int... values) {
    float[] numbers = new float[values.length]; // exact up to 16 million
    for (int i = 0; i < values.length; i++) {
      numbers[i] = values[i];
    }
    Parameter buffer =
        Parameter.builder()
            .setName("degrees." + of)
            .setType(Parameter.Type.OTHER)
            .optShape(new Shape(values.length))
            .optInitializer((manager, shape, type) -> manager.create(numbers).toType(type, false))
            .optRequiresGrad(false)
            .build();
    degrees.add(buffer);
    return buffer;
  }

  private static MaskedLayer layer(String name, Mask mask, List<Shape> context, double deviation) {
    long units = mask.units().getShape().get(0);
    Shape shape = new Shape(units, mask.inputs().getShape().get(0));
    List<Parameter> beside = new ArrayList<>();
    for (Shape given : context) {
      Shape own = new Shape(units, given.size());
      beside.add(weight(name + ".context" + beside.size(), own, deviation));
    }
    Parameter bias =
        Parameter.builder()
            .setName(name + ".bias")
            .setType(Parameter.Type.BIAS)
            .optShape(new Shape(units))
            .optInitializer(Initializer.ZEROS)
            .build();
    return new MaskedLayer(weight(name + ".weight", shape, deviation), bias, beside, mask);
  }

  private static Parameter weight(String name, Shape shape, double deviation) {
    return Parameter.builder()
        .setName(name)
        .setType(Parameter.Type.WEIGHT)
        .optShape(shape)
        .optInitializer(new NormalInitializer((float) deviation))
        .build();
  }

  /** m and s as a function of the values [B, D]; masks and the context are done once. */
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
    return Stream.concat(layers.flatMap(l -> l.parameters().stream()), degrees.stream()).toList();
  }
}
