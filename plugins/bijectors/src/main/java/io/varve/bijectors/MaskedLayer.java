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
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A linear layer in which a unit reads what its degree allows (Germain et al., 2015, equations 12
 * and 13), and all of the context.
 *
 * <p>Both degrees ascend, so that a unit reads a head of the inputs. The units of a large layer are
 * cut into blocks, whose weights end with the head that the last unit reads: without what no unit
 * of a block may read, products, memory and the optimiser's work are two thirds.
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
   * @param weight [to - from, head]
   */
  private record Block(Parameter weight, int from, int to, int head) {}

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
      String own = name + ".weight" + (large ? "." + i : "");
      blocks.add(new Block(weight(own, new Shape(to - from, head), deviation), from, to, head));
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

  /** The layer as a function of its input [B, inputs]; masks and the context are done once. */
  UnaryOperator<NDArray> at(Pass pass, NDList given) {
    List<NDArray> weights = blocks.stream().map(block -> masked(pass, block)).toList();
    NDArray b = pass.value(bias);
    if (context.isEmpty() && blocks.size() == 1) {
      NDArray w = weights.get(0);
      return h -> Linear.linear(h, w, b).singletonOrThrow();
    }
    NDArray read = b.expandDims(0);
    for (int i = 0; i < context.size(); i++) {
      NDArray v = pass.value(context.get(i));
      NDArray flat = given.get(i).reshape(-1, v.getShape().get(1));
      read = Linear.linear(flat, v).singletonOrThrow().add(read);
    }
    NDArray offset = read;
    return h -> products(h, weights).add(offset);
  }

  private NDArray products(NDArray h, List<NDArray> weights) {
    NDList parts = new NDList();
    for (int i = 0; i < blocks.size(); i++) {
      NDArray head = head(h, blocks.get(i).head());
      parts.add(Linear.linear(head, weights.get(i)).singletonOrThrow());
    }
    return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 1);
  }

  private static NDArray head(NDArray h, int size) {
    return size == h.getShape().get(1) ? h : h.get(new NDIndex(":, :{}", size));
  }

  /** The weights of a block, and zero where nothing is read. */
  private NDArray masked(Pass pass, Block block) {
    NDArray weights = pass.value(block.weight());
    NDArray reads = pass.value(units.degrees());
    NDArray read = pass.value(inputs.degrees());
    if (blocks.size() > 1) {
      reads = reads.get(new NDIndex("{}:{}", block.from(), block.to()));
      read = read.get(new NDIndex(":{}", block.head()));
    }
    reads = reads.expandDims(1);
    read = read.expandDims(0);
    NDArray open = strictly ? reads.gt(read) : reads.gte(read);
    return NDArrays.where(open, weights, constant(weights, 0));
  }

  List<Parameter> parameters() {
    return Stream.of(blocks.stream().map(Block::weight), Stream.of(bias), context.stream())
        .flatMap(all -> all)
        .toList();
  }
}
