package io.varve.app;

import io.varve.inference.Bundle;
import io.varve.inference.Score;
import io.varve.training.data.Split;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** The scores of many images by a bundle, streamed a block at a time. */
final class BundleScores {
  private static final int BLOCK = 1024;

  private final Map<String, float[]> columns = new LinkedHashMap<>();
  private final int images;
  private final double seconds;

  /**
   * Scores a split.
   *
   * @param samples K of the importance-weighted bound; 0 leaves it out
   */
  BundleScores(Bundle bundle, Split split, int samples, long seed) {
    images = split.size();
    long start = System.nanoTime();
    for (int from = 0; from < images; from += BLOCK) {
      byte[] block = BundleData.read(split, from, Math.min(images, from + BLOCK));
      Score score = bundle.score(block, seed, from);
      put("bound", from, score.bound());
      put("bits_per_dim", from, score.bitsPerDim());
      for (Map.Entry<String, float[]> term : score.terms().entrySet()) {
        put(term.getKey(), from, term.getValue());
      }
      if (samples > 0) {
        put("importance_bound", from, floats(bundle.importanceBound(block, samples, seed, from)));
      }
    }
    seconds = (System.nanoTime() - start) * 1e-9;
  }

  private void put(String column, int from, float[] values) {
    float[] all = columns.computeIfAbsent(column, c -> new float[images]);
    System.arraycopy(values, 0, all, from, values.length);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** One number an image, by column: bound, bits_per_dim, log_p.x, kl.z, ... */
  Map<String, float[]> columns() {
    return columns;
  }

  private OptionalDouble mean(String column) {
    float[] values = columns.get(column);
    return values == null ? OptionalDouble.empty() : OptionalDouble.of(mean(values));
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The means, under the names that every evaluation prints. */
  Map<String, Object> summary() {
    Map<String, Object> summary = new LinkedHashMap<>();
    Map<String, Double> kl = new LinkedHashMap<>();
    double reconstruction = 0;
    for (Map.Entry<String, float[]> column : columns.entrySet()) {
      if (column.getKey().startsWith("kl.")) {
        kl.put(column.getKey().substring("kl.".length()), mean(column.getValue()));
      } else if (column.getKey().startsWith("log_p.")) {
        reconstruction += mean(column.getValue());
      }
    }
    summary.put("bound", mean("bound").orElseThrow());
    mean("importance_bound").ifPresent(mean -> summary.put("importance_bound", mean));
    summary.put("bits_per_dim", mean("bits_per_dim").orElseThrow());
    summary.put("reconstruction", reconstruction);
    summary.put("kl", kl);
    summary.put("images", images);
    summary.put("images_per_second", images / seconds);
    return summary;
  }
}
