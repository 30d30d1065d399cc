package io.varve.training.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.varve.inference.Tensor;
import io.varve.training.data.set.Split;
import java.io.ByteArrayOutputStream;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a model draws and reconstructs, on the scale of stored bytes. Latents and noise are those of
 * a bundle with the same seed.
 */
public final class ModelPictures {
  /** Pixels drawn at a time: 125 images of MNIST, 8 of 3 x 64 x 64; a pass keeps all its arrays. */
  private static final long DRAWN_AT_ONCE = 98_304;

  private final Evaluator evaluator;
  private final String observed;
  private final int atOnce;

  ModelPictures(Evaluator evaluator) {
    this.evaluator = evaluator;
    this.observed = evaluator.model().observed();
    long pixels = evaluator.model().spaces().get(observed).shape().size();
    this.atOnce = (int) Math.max(1, DRAWN_AT_ONCE / pixels);
  }

  /** Draws from the model: means of p(x | z) as pixels 0..255, [n, C, H, W] in one array. */
  public byte[] samples(int n, long seed) {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    for (int first = 0; first < n; first += atOnce) {
      int rows = Math.min(atOnce, n - first);
      pixels.writeBytes(means(Map.of(), seed, first, rows));
    }
    return pixels.toByteArray();
  }

  /** Draws from the model: x itself, numbers 0..255, [n, C, H, W] in one array. */
  public float[] draws(int n, long seed) {
    return generated(observed, Map.of(), seed, 0, n);
  }

  /** Images as the model sees them, numbers 0..255. */
  public float[] seen(Split split, long seed) {
    FloatBuffer all = FloatBuffer.allocate(Math.toIntExact(split.bytes()));
    evaluator.forBatches(split, atOnce, seed, batch -> all.put(display(batch.x().value())));
    return all.array();
  }

  /**
   * Images as the model saw them, and what it makes of them with each of some sets of variables
   * carried, as pixels 0..255: one array [n, C, H, W] for the images and one for each set.
   *
   * @param n the first so many images of the split
   * @param carried latent and derived variables; none generates
   */
  public List<byte[]> reconstructions(Split split, int n, List<Set<String>> carried, long seed) {
    List<ByteArrayOutputStream> pictures =
        Stream.generate(ByteArrayOutputStream::new).limit(1L + carried.size()).toList();
    evaluator.forBatches(
        split.first(n),
        atOnce,
        seed,
        batch -> {
          NDArray x = batch.x().value();
          pictures.get(0).writeBytes(bytes(display(x)));
          Map<String, NDArray> inferred = evaluator.model().infer(evaluator.run(batch, 0), x);
          for (int i = 0; i < carried.size(); i++) {
            Map<String, NDArray> kept = new LinkedHashMap<>(inferred);
            kept.keySet().retainAll(carried.get(i));
            pictures.get(i + 1).writeBytes(means(kept, seed, batch.first(), batch.rows()));
          }
        });
    return pictures.stream().map(ByteArrayOutputStream::toByteArray).toList();
  }

  private static byte[] bytes(float[] pixels) {
    return new Tensor(new long[] {pixels.length}, pixels).bytes(1);
  }

  private byte[] means(Map<String, NDArray> carried, long seed, int first, int rows) {
    return bytes(generated(observed + ".mean", carried, seed, first, rows));
  }

  /** One output of the model given some variables, made in a scope of its own. */
  private float[] generated(
      String output, Map<String, NDArray> carried, long seed, int first, int rows) {
    try (NDManager scope = evaluator.manager().newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      PhiloxNoise noise = new PhiloxNoise(scope, seed, first, rows, 0);
      return display(evaluator.model().generate(evaluator.run(scope, noise), carried).get(output));
    }
  }

  private float[] display(NDArray x) {
    return evaluator.encoding().display(x).toFloatArray();
  }
}
