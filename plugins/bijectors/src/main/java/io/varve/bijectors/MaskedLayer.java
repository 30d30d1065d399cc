package io.varve.bijectors;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A linear layer in which a unit reads what its degree allows (Germain et al., 2015, equations 12
 * and 13), and all of the context.
 *
 * <p>Both degrees ascend, so that a unit reads a head of the inputs. The units of a large layer are
 * cut into blocks, whose weights end with the head that the last unit reads: without what no unit
 * of a block may read, products, memory and the optimiser's work are two thirds. What all units of
 * a block read are weights of their own, which need no mask.
 *
 * <p>The degrees are kept, and the masks are not: they would be as large as the weights, in every
 * checkpoint and every bundle.
 */
final class MaskedLayer {
  /** More save less than their narrower products cost. */
  private static final int BLOCKS = 4;

  /** Weights of a layer that pays for more than one product. */
  private static final long LARGE = 1 << 18;

  private final MaskedUnits inputs;
  private final MaskedUnits units;
  private final boolean strictly;
  private final List<Block> blocks = new ArrayList<>();
  private final Parameter bias;
  private final List<Parameter> context = new ArrayList<>();

  /**
   * Units from {@code from} to {@code to} that read a head of the inputs.
   *
   * @param open [to - from, shared], of the inputs that all of them read, if there are any
   * @param weight [to - from, head - shared], to be masked
   */
  private record Block(
      Optional<Parameter> open, Parameter weight, int from, int to, int shared, int head) {}

  /**
   * @param inputs what is read
   * @param units what reads
   * @param strictly whether a unit must have the larger degree, or one as large may do
   * @param given the shapes of the context
   * @param deviation of the weights at the start
   */
  MaskedLayer(
      String name,
      MaskedUnits inputs,
      MaskedUnits units,
      boolean strictly,
      List<Shape> given,
      double deviation) {
    this.inputs = inputs;
    this.units = units;
    this.strictly = strictly;
    int size = units.size();
    boolean known = inputs.known() && units.known();
    boolean large = known && size >= BLOCKS && (long) size * inputs.size() >= LARGE;
    int count = large ? BLOCKS : 1;
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) size * i / count);
      int to = (int) ((long) size * (i + 1) / count);
      int head = large ? Math.max(1, inputs.readBy(units.last(to), strictly)) : inputs.size();
      int shared = large ? Math.min(inputs.readBy(units.degree(from), strictly), head - 1) : 0;
      String end = large ? "." + i : "";
      Shape open = new Shape(to - from, shared);
      blocks.add(
          new Block(
              shared == 0
                  ? Optional.empty()
                  : Optional.of(weight(name + ".open" + end, open, deviation)),
              weight(name + ".weight" + end, new Shape(to - from, head - shared), deviation),
              from,
              to,
              shared,
              head));
    }
    for (Shape shape : given) {
      Shape own = new Shape(size, shape.size());
      context.add(weight(name + ".context" + context.size(), own, deviation));
    }
    this.bias =
        Parameter.builder()
            .setName(name + ".bias")
            .setType(Parameter.Type.BIAS)
            .optShape(new Shape(size))
            .optInitializer(Initializer.ZEROS)
            .build();
  }

  private static Parameter weight(String name, Shape shape, double deviation) {
    return Parameter.builder()
        .setName(name)
        .setType(Parameter.Type.WEIGHT)
        .optShape(shape)
        .optInitializer(new NormalInitializer((float) deviation))
        .build();
  }

  /**
   * A product of a block: columns of the input from {@code from} to {@code to}, and their weights.
   */
  private record Product(NDArray weights, int from, int to) {
    NDArray of(NDArray h) {
      return Linear.linear(columns(h, from, to), weights).singletonOrThrow();
    }
  }

  /** The layer as a function of its input [B, inputs]; masks and the context are done once. */
  UnaryOperator<NDArray> at(Pass pass, NDList given) {
    List<List<Product>> products = blocks.stream().map(block -> products(pass, block)).toList();
    NDArray b = pass.value(bias);
    if (context.isEmpty() && blocks.size() == 1) {
      NDArray w = products.get(0).get(0).weights(); // one block has no open weights
      return h -> Linear.linear(h, w, b).singletonOrThrow();
    }
    NDArray read = b.expandDims(0);
    for (int i = 0; i < context.size(); i++) {
      NDArray v = pass.value(context.get(i));
      NDArray flat = given.get(i).reshape(-1, v.getShape().get(1));
      read = Linear.linear(flat, v).singletonOrThrow().add(read);
    }
    NDArray offset = read;
    return h -> sums(h, products).add(offset);
  }

  /** In training, to join the weights would take longer than a second product does. */
  private List<Product> products(Pass pass, Block block) {
    NDArray masked = masked(pass, block);
    if (block.open().isEmpty()) {
      return List.of(new Product(masked, 0, block.head()));
    }
    NDArray open = pass.value(block.open().get());
    return pass.training()
        ? List.of(
            new Product(open, 0, block.shared()), new Product(masked, block.shared(), block.head()))
        : List.of(new Product(NDArrays.concat(new NDList(open, masked), 1), 0, block.head()));
  }

  private static NDArray sums(NDArray h, List<List<Product>> products) {
    NDList parts = new NDList();
    for (List<Product> block : products) {
      parts.add(block.stream().map(product -> product.of(h)).reduce(NDArray::add).orElseThrow());
    }
    return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 1);
  }

  private static NDArray columns(NDArray h, int from, int to) {
    return from == 0 && to == h.getShape().get(1) ? h : h.get(new NDIndex(":, {}:{}", from, to));
  }

  /** The weights of a block, and zero where nothing is read. */
  private NDArray masked(Pass pass, Block block) {
    NDArray weights = pass.value(block.weight());
    NDArray reads = pass.value(units.degrees());
    NDArray read = pass.value(inputs.degrees());
    if (blocks.size() > 1) {
      reads = reads.get(new NDIndex("{}:{}", block.from(), block.to()));
      read = read.get(new NDIndex("{}:{}", block.shared(), block.head()));
    }
    reads = reads.expandDims(1);
    read = read.expandDims(0);
    NDArray open = strictly ? reads.gt(read) : reads.gte(read);
    return NDArrays.where(open, weights, constant(weights, 0));
  }

  List<Parameter> parameters() {
    return Stream.of(
            blocks.stream().flatMap(b -> Stream.concat(b.open().stream(), Stream.of(b.weight()))),
            Stream.of(bias),
            context.stream())
        .flatMap(all -> all)
        .toList();
  }
}
