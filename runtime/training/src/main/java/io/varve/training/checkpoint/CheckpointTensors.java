package io.varve.training.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.varve.inference.file.Safetensors;
import io.varve.model.weights.Weights;
import io.varve.training.engine.Upload;
import io.varve.training.learning.Learner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The arrays of a checkpoint as a safetensors file.
 *
 * <p>{@code model/NAME} is a weight or a buffer under the name it has in graphs, {@code ema/NAME}
 * the running average of a weight, {@code optimizer/first}, {@code /second} and {@code /applied}
 * the state of the updates, laid out as the flat vector.
 */
public final class CheckpointTensors {
  private static final String MODEL = "model/";
  private static final String AVERAGE = "ema/";
  private static final String OPTIMIZER = "optimizer/";

  private CheckpointTensors() {}

  /** Writes everything a learner is made of. */
  static void write(Path file, Learner learner) {
    try (NDScope copies = new NDScope()) {
      copies.suppressNotUsedWarning();
      List<Safetensors.Entry> entries = new ArrayList<>();
      Weights weights = learner.weights();
      learner.optimizer().state().forEach((n, array) -> entries.add(entry(OPTIMIZER + n, array)));
      learner.optimizer().average().ifPresent(a -> addNamed(entries, AVERAGE, weights, a));
      addNamed(entries, MODEL, weights, weights.flat());
      weights.buffers().forEach((name, buffer) -> entries.add(entry(MODEL + name, buffer)));
      Safetensors.write(file, entries, Map.of());
    }
  }

  /**
   * A vector cut into its named pieces; the pieces share one buffer, so that a GPU is read once.
   */
  private static void addNamed(
      List<Safetensors.Entry> entries, String prefix, Weights weights, NDArray vector) {
    ByteBuffer all = bytes(vector);
    int[] at = {0};
    weights
        .views(vector)
        .forEach(
            (name, view) -> {
              int length = Math.toIntExact(view.size() * Float.BYTES);
              long[] shape = view.getShape().getShape();
              entries.add(
                  new Safetensors.Entry(prefix + name, "F32", shape, all.slice(at[0], length)));
              at[0] += length;
            });
  }

  private static Safetensors.Entry entry(String name, NDArray array) {
    return new Safetensors.Entry(name, "F32", array.getShape().getShape(), bytes(array));
  }

  /** The array's own memory where it lies on the host, so that saving copies nothing. */
  private static ByteBuffer bytes(NDArray array) {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalStateException("safetensors are little-endian, this machine is not");
    }
    return array.toByteBuffer(true);
  }

  /** Puts a learner back to where it was saved. */
  public static void read(Safetensors file, Path path, Learner learner) {
    readModel(file, path, learner.weights());
    learner
        .optimizer()
        .average()
        .ifPresent(a -> Upload.fill(a, named(file, path, AVERAGE, learner.weights())));
    learner
        .optimizer()
        .state()
        .forEach((name, array) -> Upload.fill(array, floats(file, path, OPTIMIZER + name, array)));
  }

  /** Reads the weights and buffers alone. */
  public static void readModel(Safetensors file, Path path, Weights weights) {
    Upload.fill(weights.flat(), named(file, path, MODEL, weights));
    weights
        .buffers()
        .forEach((name, buffer) -> Upload.fill(buffer, floats(file, path, MODEL + name, buffer)));
  }

  /** Replaces the weights by their running average. */
  public static void readAverage(Safetensors file, Path path, Weights weights) {
    Upload.fill(weights.flat(), named(file, path, AVERAGE, weights));
  }

  private static float[] named(Safetensors file, Path path, String prefix, Weights weights) {
    float[] all = new float[Math.toIntExact(weights.count())];
    int[] at = {0};
    try (NDScope views = new NDScope()) {
      views.suppressNotUsedWarning();
      weights
          .views(weights.flat())
          .forEach(
              (name, view) -> {
                float[] values = floats(file, path, prefix + name, view);
                System.arraycopy(values, 0, all, at[0], values.length);
                at[0] += values.length;
              });
    }
    return all;
  }

  private static float[] floats(Safetensors file, Path path, String name, NDArray like) {
    Safetensors.Tensor tensor = file.tensors().get(name);
    long[] wanted = like.getShape().getShape();
    if (tensor == null || !Arrays.equals(tensor.shape(), wanted)) {
      throw new IllegalArgumentException(
          "%s: tensor '%s' is %s where the model has %s; was model.yaml or a plug-in changed? Restore it, or train anew"
              .formatted(
                  path,
                  name,
                  tensor == null ? "missing" : Arrays.toString(tensor.shape()),
                  Arrays.toString(wanted)));
    }
    return file.floats(name);
  }
}
