package io.varve.training.evaluation;

import io.varve.inference.bundle.Term;
import io.varve.report.metrics.Divergence;
import io.varve.report.metrics.Estimate;
import io.varve.training.data.set.Split;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an evaluation found, image by image, in nats.
 *
 * @param terms by name, as {@code log_p.x} and {@code kl.z}: an array with one number an image
 * @param correction what a log-density of x lacks to that of the stored bytes, one number an image
 * @param importance the importance-weighted bound, one number an image, where it was asked for
 * @param dimensions numbers in one x
 * @param seconds the bounds took, importance samples apart
 */
@SuppressWarnings("ArrayRecordComponent") // one number an image; nobody compares these
public record Scores(
    Map<String, float[]> terms,
    float[] correction,
    Optional<ImportanceBounds> importance,
    long dimensions,
    double seconds) {

  /** Keeps the order of the terms. */
  public Scores {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /**
   * An importance-weighted bound (Burda et al., 2016, equation 8).
   *
   * @param samples K
   * @param bound nats, one number an image; of the first images alone where it was limited
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record ImportanceBounds(int samples, float[] bound) {
    /** How many images it was estimated on: the first so many. */
    public int images() {
      return bound.length;
    }

    /** The mean over images, nats. */
    public double mean() {
      return Scores.mean(bound);
    }
  }

  /** How many images were scored. */
  public int images() {
    return correction.length;
  }

  /** The bound of each image, nats: log p of the data minus the KL of the latents. */
  public double[] bounds() {
    double[] bounds = new double[images()];
    terms.forEach(
        (name, values) -> {
          for (int i = 0; i < bounds.length; i++) {
            bounds[i] += Term.signed(name, values[i]);
          }
        });
    return bounds;
  }

  /** The mean bound in nats of the space the model sees. */
  public double bound() {
    double sum = 0;
    for (double bound : bounds()) {
      sum += bound;
    }
    return sum / images();
  }

  /** The mean bound, nats, and its standard error over images. */
  public Estimate boundMean() {
    return Estimate.of(bounds());
  }

  /** The bound of each image in bits per dimension of the stored bytes. */
  public double[] bits() {
    double[] bits = bounds();
    Arrays.setAll(bits, i -> bits(bits[i] + correction[i], dimensions));
    return bits;
  }

  /** The bound in bits per dimension of the stored bytes, and its standard error over images. */
  public Estimate bitsMean() {
    return Estimate.of(bits());
  }

  /** A term's mean, nats, and its standard error over images. */
  public Estimate termMean(String name) {
    return Estimate.of(doubles(terms.get(name)));
  }

  /** The mean importance-weighted bound, nats, where it was asked for. */
  public Optional<Estimate> importanceMean() {
    return importance.map(i -> Estimate.of(doubles(i.bound())));
  }

  /** The importance-weighted bound in bits per dimension of the stored bytes. */
  public Optional<Estimate> importanceBits() {
    return importance.map(
        i -> {
          double[] bits = doubles(i.bound());
          Arrays.setAll(bits, at -> bits(bits[at] + correction[at], dimensions));
          return Estimate.of(bits);
        });
  }

  /**
   * What each term costs in bits per dimension of the stored bytes: with the correction, the sum of
   * these is the bound's.
   */
  public Map<String, Double> termBits() {
    Map<String, Double> bits = new LinkedHashMap<>();
    means().forEach((name, mean) -> bits.put(name, bits(Term.signed(name, mean), dimensions)));
    return bits;
  }

  /** The mean of log p over the data variables, nats. */
  public double reconstruction() {
    return terms.entrySet().stream()
        .filter(e -> !Term.isKl(e.getKey()))
        .mapToDouble(e -> mean(e.getValue()))
        .sum();
  }

  /** The mean of each term, nats. */
  public Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    terms.forEach((name, values) -> means.put(name, mean(values)));
    return means;
  }

  /** The mean KL of each latent, nats. */
  public Map<String, Double> kl() {
    return Term.byVariable(means(), true);
  }

  /** The bound in bits per dimension of the stored bytes; lower is better. */
  public double bitsPerDim() {
    return bits(bound() + mean(correction), dimensions);
  }

  /** How far the bound is from the density the images were drawn from, where that is known. */
  public Optional<Divergence> divergence(Split split) {
    return split
        .density()
        .map(
            grid -> {
              double[] model = bounds();
              double[] density = new double[images()];
              byte[] point = new byte[split.imageBytes()];
              for (int i = 0; i < density.length; i++) {
                model[i] += correction[i];
                split.read(i, point, 0);
                int x = Byte.toUnsignedInt(point[0]);
                density[i] = Math.log(grid.mass(x, Byte.toUnsignedInt(point[1])));
              }
              return Divergence.of(grid.entropy(), density, model);
            });
  }

  /** Throughput. */
  public double imagesPerSecond() {
    return images() / seconds;
  }

  /** Nats of an image as bits per dimension. */
  public static double bits(double nats, long dimensions) {
    return -nats / (dimensions * Math.log(2));
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
