package io.varve.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** {@link Pass#repeat} in DJL: the one place where a condition is read on the host. */
record Loop(Pass pass, Optional<Function<NDList, NDArray>> again, UnaryOperator<NDList> body) {

  NDList run(long most, NDList state) {
    if (state.isEmpty()) {
      throw new IllegalArgumentException(
          "repeat: the state has no array; give it what changes from round to round");
    }
    NDList now = pass.training() ? state : copies(state);
    for (long round = 0; round < most && goesOn(now); round++) {
      NDList next = pass.training() ? checked(now) : freed(now);
      if (!pass.training()) {
        now.close();
      }
      now = next;
    }
    return now;
  }

  /** A round of which nothing is left but copies of the state. */
  private NDList freed(NDList state) {
    NDList next;
    try (NDScope made = new NDScope()) {
      made.suppressNotUsedWarning();
      next = copies(checked(state));
      NDScope.unregister(next);
    }
    next.forEach(NDScope::register);
    return next;
  }

  /**
   * Copies, so that what is freed is never what the body was given or gives back. Gradients pass
   * through a tile, unlike through {@code duplicate}.
   */
  private NDList copies(NDList arrays) {
    NDList copies = new NDList();
    for (NDArray array : arrays) {
      long[] once = new long[array.getShape().dimension()];
      Arrays.fill(once, 1);
      copies.add(array.tile(once));
    }
    copies.attach(pass.manager());
    return copies;
  }

  private NDList checked(NDList state) {
    NDList after = body.apply(new NDList(state));
    List<String> had = described(state);
    List<String> found = described(after);
    if (!found.equals(had)) {
      throw new IllegalArgumentException(
          "repeat: a round turns a state of "
              + had
              + " into "
              + found
              + "; let it keep the number of arrays, their types and their shapes");
    }
    return after;
  }

  private boolean goesOn(NDList state) {
    if (again.isEmpty()) {
      return true;
    }
    try (NDScope made = new NDScope()) {
      made.suppressNotUsedWarning();
      NDArray answer = again.get().apply(new NDList(state));
      if (answer.getDataType() != DataType.BOOLEAN || answer.size() != 1) {
        throw new IllegalArgumentException(
            "repeat: the condition is "
                + described(new NDList(answer)).get(0)
                + ", expected one boolean; end it with all() or any()");
      }
      return answer.getBoolean();
    }
  }

  private static List<String> described(NDList arrays) {
    return arrays.stream().map(a -> a.getDataType() + " " + a.getShape()).toList();
  }
}
