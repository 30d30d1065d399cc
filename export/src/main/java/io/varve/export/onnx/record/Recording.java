package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.varve.export.onnx.program.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Records what code does, at several batch sizes.
 *
 * @param code the code to run
 * @param parameters those that it may ask for
 * @param manager decides the engine and device that the code is evaluated on; nothing stays
 *     attached to it
 */
public record Recording(Traced code, RegisteredParameters parameters, NDManager manager) {
  private static final long[] BATCHES = {3, 5, 8};

  /** The program must hold here too: code may treat one row, or two, unlike more. */
  private static final long[] REPLAYED = {1, 2};

  /**
   * Runs the code at batch sizes 3, 5 and 8 and merges what it did.
   *
   * @throws IllegalArgumentException if it does something that cannot be recorded, or not the same
   *     at each size
   */
  public Program program() {
    List<Program> programs = Arrays.stream(BATCHES).mapToObj(this::at).toList();
    return Merge.of(BATCHES, programs);
  }

  /**
   * Runs the code at batch sizes 1 and 2 and compares what it does with a program.
   *
   * @throws IllegalArgumentException if it does anything else
   */
  public void confirm(Program program) {
    for (long batch : REPLAYED) {
      new Replay(program, replay(batch), BATCHES[0], batch).require();
    }
  }

  private Program replay(long batch) {
    try {
      return at(batch);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", at batch " + batch + " too", e);
    }
  }

  private Program at(long batch) {
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      Recorder recorder = new Recorder(batch, scope, parameters);
      return recorder.finish(run(recorder));
    }
  }

  private Map<String, NDArray> run(Recorder recorder) {
    try {
      return code.run(recorder);
    } catch (RuntimeException e) {
      throw AuthorCode.retold(e);
    }
  }
}
