package io.varve.export.onnx;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Draws programs of 5 to 40 statements. */
final class RandomPrograms {
  private static final int FEWEST = 5;
  private static final int MOST = 40;
  private static final int LARGEST_SIZE = 6;

  private record Choice(int weight, Consumer<Draft> statement) {}

  private static final List<Choice> CHOICES =
      List.of(
          new Choice(20, RandomElementwise::function),
          new Choice(12, RandomElementwise::arithmetic),
          new Choice(5, RandomElementwise::comparison),
          new Choice(9, RandomElementwise::number),
          new Choice(3, RandomElementwise::reversed),
          new Choice(2, RandomElementwise::clip),
          new Choice(4, RandomElementwise::where),
          new Choice(5, RandomElementwise::cast),
          new Choice(3, RandomOperands::creation),
          new Choice(2, RandomElementwise::inPlace),
          new Choice(7, RandomShapes::reshape),
          new Choice(4, RandomShapes::transpose),
          new Choice(5, RandomShapes::grow),
          new Choice(2, RandomShapes::flip),
          new Choice(2, RandomShapes::turn),
          new Choice(4, RandomShapes::join),
          new Choice(3, RandomShapes::split),
          new Choice(8, RandomReductions::reduce),
          new Choice(5, RandomReductions::scan),
          new Choice(4, RandomReductions::order),
          new Choice(7, RandomIndexing::slice),
          new Choice(2, RandomIndexing::fixed),
          new Choice(3, RandomIndexing::select),
          new Choice(1, RandomIndexing::selectAll),
          new Choice(1, RandomIndexing::put),
          new Choice(2, RandomIndexing::take),
          new Choice(2, RandomIndexing::gather),
          new Choice(2, RandomIndexing::gatherNd),
          new Choice(2, RandomIndexing::scatter),
          new Choice(2, RandomIndexing::oneHot),
          new Choice(6, RandomNetworks::product),
          new Choice(3, RandomNetworks::linear),
          new Choice(2, RandomNetworks::embedding),
          new Choice(3, RandomNetworks::convolution),
          new Choice(4, RandomNetworks::pooling),
          new Choice(2, RandomNetworks::resize),
          new Choice(4, RandomNetworks::normalisation),
          new Choice(2, RandomLoops::repeat),
          new Choice(3, RandomLoops::recurrent));

  private static final double REFUSED = 0.002;

  private static final int TOTAL = CHOICES.stream().mapToInt(Choice::weight).sum();

  private RandomPrograms() {}

  /**
   * Draws a program.
   *
   * @param manager keeps its parameters
   */
  static RandomProgram draw(long seed, NDManager manager) {
    try (Draft draft = new Draft(seed, manager)) {
      int inputs = draft.between(1, 3);
      for (int i = 0; i < inputs; i++) {
        input(draft);
      }
      int wanted = draft.between(FEWEST, MOST);
      while (computed(draft) < wanted) {
        extend(draft);
      }
      return draft.finish(outputs(draft));
    }
  }

  private static long computed(Draft draft) {
    long count = 0;
    for (int i = 0; i < draft.size(); i++) {
      count += draft.step(i).kind() == RandomStep.Kind.SOURCE ? 0 : 1;
    }
    return count;
  }

  private static void input(Draft d) {
    int before = d.size();
    try {
      DataType type = d.one(RandomOperands.types());
      boolean scalar = before > 0 && d.chance(0.05);
      long[] event = d.sizes(d.between(0, 4), d.chance(0.5) ? LARGEST_SIZE : 3);
      int x = d.input(type, scalar, event);
      if (!scalar && event.length > 0 && d.chance(0.25)) {
        int axis = d.between(1, d.rank(x) - 1);
        d.exact("{0}.swapAxes(0, " + axis + ")", (t, in) -> in[0].swapAxes(0, axis), x);
      }
    } catch (Draft.Unfit e) {
      d.cut(before);
      d.input(DataType.FLOAT32, false, 3);
    }
  }

  private static void extend(Draft d) {
    int before = d.size();
    try {
      if (d.chance(0.03) && before > 0) {
        repeat(d);
        return;
      }
      if (d.chance(REFUSED)) {
        RandomLoops.refused(d);
        return;
      }
      int drawn = d.random.nextInt(TOTAL);
      for (Choice choice : CHOICES) {
        drawn -= choice.weight();
        if (drawn < 0) {
          choice.statement().accept(d);
          return;
        }
      }
    } catch (Draft.Unfit e) {
      d.cut(before);
    }
  }

  /** The same statement once more. */
  private static void repeat(Draft d) {
    RandomStep step = d.step(d.random.nextInt(d.size()));
    if (step.kind() != RandomStep.Kind.SOURCE) {
      int[] reads = step.reads().stream().mapToInt(Integer::intValue).toArray();
      d.add(step.text(), step.kind(), step.code(), reads);
    }
  }

  /** Most of what nothing reads, and at times any value, twice even. */
  private static List<Integer> outputs(Draft d) {
    List<Integer> outputs = new ArrayList<>(d.unread());
    outputs.removeIf(slot -> d.step(slot).kind() == RandomStep.Kind.SOURCE || d.chance(0.15));
    if (outputs.isEmpty() || d.chance(0.1)) {
      outputs.add(d.size() - 1);
    }
    if (d.chance(0.1)) {
      outputs.add(d.random.nextInt(d.size()));
    }
    Collections.shuffle(outputs, d.random);
    return outputs;
  }
}
