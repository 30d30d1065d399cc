package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.check.EagerTrace;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.record.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A random program being written. Every statement is run at once at three batch sizes, so that the
 * next one knows the types, the shapes and whether DJL takes it at all.
 */
final class Draft implements AutoCloseable {
  private static final long[] BATCHES = {4, 6, 9};

  /** Begins the text of a statement whose array no trace made; it should stand on the right. */
  static final String PLAIN = "plain scalar ";

  /** Thrown by a choice that does not fit what is there. */
  static final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unfit(String message) {
      super(message, null, false, false);
    }
  }

  final Random random;
  private final NDManager manager;
  private final NDManager scratch;
  private final ParameterStore values;
  private final Map<Parameter, String> names = new LinkedHashMap<>();
  private final List<Trace> traces = new ArrayList<>();
  private final List<RandomStep> steps = new ArrayList<>();
  private final List<Drafted> results = new ArrayList<>();
  private final Set<Integer> read = new HashSet<>();
  private final Set<Integer> notOwned = new HashSet<>();

  /**
   * @param manager keeps the parameters of the program
   */
  Draft(long seed, NDManager manager) {
    this.random = Elements.random(seed);
    this.manager = manager;
    this.scratch = manager.newSubManager();
    this.values = new ParameterStore(manager, false);
    for (long batch : BATCHES) {
      traces.add(new EagerTrace(batch, scratch, values));
    }
  }

  @Override
  public void close() {
    scratch.close();
  }

  int size() {
    return steps.size();
  }

  RandomStep step(int slot) {
    return steps.get(slot);
  }

  /** The statements whose results nothing reads yet. */
  List<Integer> unread() {
    return IntStream.range(0, size()).filter(i -> !read.contains(i)).boxed().toList();
  }

  RandomProgram finish(List<Integer> outputs) {
    return new RandomProgram(steps, outputs, names, values);
  }

  /** Forgets the statements from a position on. */
  void cut(int from) {
    while (size() > from) {
      notOwned.remove(size() - 1);
      steps.remove(size() - 1);
      results.remove(results.size() - 1);
    }
    read.clear();
    steps.forEach(s -> read.addAll(s.reads()));
  }

  int exact(String text, RandomStep.Code code, int... reads) {
    return add(text, RandomStep.Kind.EXACT, code, reads);
  }

  int rounded(String text, RandomStep.Code code, int... reads) {
    return add(text, RandomStep.Kind.ROUNDED, code, reads);
  }

  int composed(String text, RandomStep.Code code, int... reads) {
    return add(text, RandomStep.Kind.COMPOSED, code, reads);
  }

  /**
   * Writes a statement.
   *
   * @throws Unfit if DJL does not take it or its result is of no use
   */
  int add(String text, RandomStep.Kind kind, RandomStep.Code code, int... reads) {
    List<NDArray> found = new ArrayList<>();
    for (int i = 0; i < BATCHES.length; i++) {
      int at = i;
      NDArray[] operands =
          IntStream.of(reads).mapToObj(r -> results.get(r).at(at)).toArray(NDArray[]::new);
      try {
        found.add(code.run(traces.get(i), operands));
      } catch (RuntimeException e) {
        throw new Unfit(text + ": " + e.getMessage());
      }
    }
    Drafted drafted =
        Drafted.of(found, BATCHES).orElseThrow(() -> new Unfit(text + " has odd sizes"));
    if (text.startsWith(RandomStep.FINITE) && IntStream.of(reads).anyMatch(this::odd)) {
      throw new Unfit(text + " reads what is not finite");
    }
    if (kind != RandomStep.Kind.SOURCE) {
      requireTame(text, drafted, reads);
    }
    List<Integer> operands = IntStream.of(reads).boxed().toList();
    steps.add(new RandomStep(text, kind, operands, code));
    results.add(drafted);
    read.addAll(operands);
    boolean fresh = kind == RandomStep.Kind.ROUNDED || kind == RandomStep.Kind.COMPOSED;
    if (!fresh && operands.stream().anyMatch(notOwned::contains)) {
      notOwned.add(size() - 1);
    }
    return size() - 1;
  }

  /** Keeps sizes and numbers within bounds in which a comparison says something. */
  private void requireTame(String text, Drafted drafted, int... reads) {
    if (!drafted.usable()) {
      throw new Unfit(text + " is too large, empty or no number");
    }
    boolean broken = drafted.odd() && IntStream.of(reads).noneMatch(this::odd);
    if ((drafted.wild() && !chance(0.05)) || (broken && !chance(0.3))) {
      throw new Unfit(text + " is wild");
    }
  }

  int source(String text, RandomStep.Code code) {
    return add(text, RandomStep.Kind.SOURCE, code);
  }

  /** A new input [B, ...], or a scalar for all of the batch. */
  int input(DataType type, boolean scalar, long... event) {
    String name = "x" + size();
    long seed = random.nextLong();
    boolean wide = chance(0.15);
    return source(
        "input(" + type + (scalar ? " []" : " [B, " + Arrays.toString(event) + "]") + ")",
        (trace, in) -> {
          Shape shape = scalar ? new Shape() : new Shape(trace.batch()).addAll(new Shape(event));
          Random drawn = Elements.random(seed + trace.batch());
          return trace.input(name, Elements.draw(trace.samples(), drawn, type, shape, wide));
        });
  }

  int parameter(DataType type, long... shape) {
    String name = "w" + names.size();
    Parameter parameter = Parameter.builder().setName(name).setType(Parameter.Type.OTHER).build();
    parameter.setArray(Elements.draw(manager, random, type, new Shape(shape), false));
    names.put(parameter, name);
    int slot =
        source(
            "parameter(" + type + " " + Arrays.toString(shape) + ")",
            (trace, in) ->
                trace.parameters().getValue(parameter, parameter.getArray().getDevice(), false));
    notOwned.add(slot);
    return slot;
  }

  int constant(DataType type, long... shape) {
    long seed = random.nextLong();
    return source(
        "constant(" + type + " " + Arrays.toString(shape) + ")",
        (trace, in) ->
            Elements.draw(trace.manager(), new Random(seed), type, new Shape(shape), false));
  }

  /** Weights of a layer: parameters mostly. */
  int weights(DataType type, long... shape) {
    return chance(0.8) ? parameter(type, shape) : constant(type, shape);
  }

  DataType type(int slot) {
    return results.get(slot).at(0).getDataType();
  }

  boolean floating(int slot) {
    return type(slot).isFloating();
  }

  boolean whole(int slot) {
    return !floating(slot) && type(slot) != DataType.BOOLEAN;
  }

  /** Whether a statement may change it in place: not so if it may be a parameter. */
  boolean owned(int slot) {
    return !notOwned.contains(slot);
  }

  List<Extent> shape(int slot) {
    return results.get(slot).shape();
  }

  int rank(int slot) {
    return shape(slot).size();
  }

  Extent extent(int slot, int axis) {
    return shape(slot).get(axis < 0 ? axis + rank(slot) : axis);
  }

  /** Whether any element at the largest batch size is infinite or no number. */
  boolean odd(int slot) {
    return results.get(slot).odd();
  }

  /** The smallest size of an axis at the batch sizes drafted. */
  long least(int slot, int axis) {
    Extent extent = extent(slot, axis);
    return LongStream.of(BATCHES).map(extent::at).min().orElseThrow();
  }

  /** Any result, those not read yet more often. */
  int any() {
    return any(slot -> true);
  }

  int any(IntPredicate fits) {
    return find(fits).orElseThrow(() -> new Unfit("nothing fits"));
  }

  Optional<Integer> find(IntPredicate fits) {
    boolean traced = !chance(0.002);
    List<Integer> all =
        IntStream.range(0, size())
            .filter(slot -> !traced || !steps.get(slot).text().startsWith(PLAIN))
            .filter(fits)
            .boxed()
            .toList();
    List<Integer> fresh = all.stream().filter(slot -> !read.contains(slot)).toList();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(one(fresh.isEmpty() || chance(0.3) ? all : fresh));
  }

  /** An axis, counted from the front or from the back. */
  int axis(int slot) {
    if (rank(slot) == 0) {
      throw new Unfit("no axis");
    }
    int axis = random.nextInt(rank(slot));
    return chance(0.3) ? axis - rank(slot) : axis;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  <T> T one(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Sizes 1..most. */
  long[] sizes(int count, int most) {
    return IntStream.range(0, count).mapToLong(i -> between(1, most)).toArray();
  }
}
