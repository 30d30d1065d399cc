package io.varve.conformance.networks;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.SeededRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A block built for some shapes, initialised by a first pass in training as a model's is. */
final class BuiltNetwork {
  /** More than one row, as batch norms want in training. */
  private static final int[] ROWS = SeededRows.rows(4);

  private final NetworkShapes shapes;
  private final Block block;
  private final NDManager owner;

  /**
   * Runs the first pass.
   *
   * @param owner owns the parameters
   * @param seed of the engine's generator, which initialisers draw from
   */
  BuiltNetwork(NetworkShapes shapes, Block block, NDManager owner, int seed) {
    this.shapes = shapes;
    this.block = block;
    this.owner = owner;
    train(seed);
  }

  /** What the block lists, by name. */
  static List<String> names(Block block) {
    return block.getParameters().stream().map(Pair::getKey).toList();
  }

  /** The parameters that the block lists, in order. */
  static Set<Parameter> parameters(Block block) {
    return new LinkedHashSet<>(block.getParameters().values());
  }

  /** One pass in training: its results are gone, what it does to buffers stays. */
  void train(int seed) {
    forward(true, seed, ROWS);
  }

  /**
   * The outputs of an evaluation pass over so many rows of standard normal inputs, in order.
   *
   * @param seed of the engine's generator, which nothing should draw from
   */
  List<double[]> evaluate(int rows, int seed) {
    return forward(false, seed, SeededRows.rows(rows));
  }

  private List<double[]> forward(boolean training, int seed, int... rows) {
    try (NDManager scope = owner.newSubManager()) {
      ParameterStore store = ProbeParameters.initial(owner, scope);
      owner.getEngine().setRandomSeed(seed);
      NDList inputs = shapes.sample(scope, DataType.FLOAT32, rows);
      NDList outputs = block.forward(store, inputs, training);
      requireShapes(outputs, rows.length);
      return outputs.stream().map(Numbers::of).toList();
    }
  }

  private void requireShapes(NDList outputs, int rows) {
    List<String> found = outputs.stream().map(a -> words(a.getShape())).toList();
    List<String> expected =
        shapes.outputs().stream().map(s -> words(new Shape(rows).addAll(s))).toList();
    require(
        found.equals(expected),
        "%s: the block gives %s for %d rows, expected %s".formatted(shapes, found, rows, expected));
  }

  private static String words(Shape shape) {
    return Arrays.toString(shape.getShape());
  }

  /** A copy of what every listed parameter and buffer holds, by name. */
  Map<String, double[]> values() {
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Pair<String, Parameter> listed : block.getParameters()) {
      if (listed.getValue().isInitialized()) {
        values.put(listed.getKey(), Numbers.of(listed.getValue().getArray()));
      }
    }
    return values;
  }

  /** Gives every parameter and buffer the value it has in another block of the same record. */
  void load(BuiltNetwork other) {
    List<Parameter> from = new ArrayList<>(parameters(other.block));
    List<Parameter> to = new ArrayList<>(parameters(block));
    for (int i = 0; i < Math.min(from.size(), to.size()); i++) {
      if (from.get(i).isInitialized() && to.get(i).isInitialized()) {
        NDArray value = to.get(i).getArray();
        value.set(new NDIndex("..."), from.get(i).getArray());
      }
    }
  }
}
