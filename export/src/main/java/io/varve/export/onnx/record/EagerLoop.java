package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Runs loops in DJL, and checks the parts of any loop. */
public final class EagerLoop {
  private EagerLoop() {}

  /** Runs a loop. All that a round makes is freed after it, except the new state. */
  public static NDList run(
      long most,
      NDList state,
      Optional<Function<NDList, NDArray>> again,
      UnaryOperator<NDList> body) {
    requireState("repeat", state);
    NDList now = copies(state);
    for (long round = 0; round < most && (again.isEmpty() || goesOn(again.get(), now)); round++) {
      NDList next;
      try (NDScope made = new NDScope()) {
        made.suppressNotUsedWarning();
        NDList after = body.apply(new NDList(now));
        requireSame("repeat", now, after);
        next = copies(after);
        NDScope.unregister(next);
      }
      next.forEach(NDScope::register);
      now.close();
      now = next;
    }
    return now;
  }

  /** Copies, so that what is freed is never what a body was given or gives back. */
  private static NDList copies(NDList arrays) {
    return new NDList(arrays.stream().map(NDArray::duplicate).toList());
  }

  private static boolean goesOn(Function<NDList, NDArray> again, NDList state) {
    try (NDScope made = new NDScope()) {
      made.suppressNotUsedWarning();
      NDArray answer = again.apply(new NDList(state));
      requireAnswer("repeat", answer);
      return answer.getBoolean();
    }
  }

  static void requireState(String where, NDList state) {
    if (state.isEmpty()) {
      throw new IllegalArgumentException(
          where + ": the state of a loop has no array; give it what changes from round to round");
    }
  }

  /** The state keeps its number of arrays, their types and their shapes. */
  static void requireSame(String where, NDList before, NDList after) {
    List<String> had = described(before);
    List<String> found = described(after);
    if (!found.equals(had)) {
      throw new IllegalArgumentException(
          ("%s: a round of a loop turns a state of %s into %s; let it keep the number of arrays,"
                  + " their types and their shapes")
              .formatted(where, had, found));
    }
  }

  private static List<String> described(NDList arrays) {
    return arrays.stream().map(a -> a.getDataType() + " " + a.getShape()).toList();
  }

  static void requireAnswer(String where, NDArray answer) {
    if (answer.getDataType() != DataType.BOOLEAN || answer.size() != 1) {
      throw new IllegalArgumentException(
          "%s: the condition of a loop is %s, expected one boolean; end it with all() or any()"
              .formatted(where, described(new NDList(answer)).get(0)));
    }
  }
}
