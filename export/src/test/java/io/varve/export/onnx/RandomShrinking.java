package io.varve.export.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Makes a failing program smaller while it still fails. */
final class RandomShrinking {
  private final Predicate<RandomProgram> fails;

  /**
   * @param fails whether a program fails in the way that matters
   */
  RandomShrinking(Predicate<RandomProgram> fails) {
    this.fails = fails;
  }

  RandomProgram shrink(RandomProgram failing) {
    RandomProgram smallest = failing;
    for (int i = 0; i < failing.steps().size(); i++) {
      RandomProgram one = failing.with(failing.steps(), List.of(i));
      if (fails.test(one)) {
        smallest = one;
        break;
      }
    }
    Optional<RandomProgram> smaller = Optional.of(smallest);
    while (smaller.isPresent()) {
      smallest = smaller.get();
      smaller = smaller(smallest);
    }
    return smallest;
  }

  private Optional<RandomProgram> smaller(RandomProgram program) {
    for (int i = program.steps().size() - 1; i >= 0; i--) {
      for (RandomStep step : simpler(program.steps().get(i))) {
        List<RandomStep> steps = new ArrayList<>(program.steps());
        steps.set(i, step);
        RandomProgram candidate = program.with(steps, program.outputs());
        if (candidate.size() < program.size() && fails.test(candidate)) {
          return Optional.of(candidate);
        }
      }
    }
    return Optional.empty();
  }

  /** Any operand in place of the result. */
  private static List<RandomStep> simpler(RandomStep step) {
    return step.reads().stream().map(RandomStep::skip).toList();
  }
}
