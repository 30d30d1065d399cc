package io.varve.inference;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts the dimensions of each latent that tell images apart: Cov_x(E_q[z | x]) above 0.01 (Burda
 * et al., 2016, section 5.2).
 *
 * <p>A posterior mean has no closed form behind a flow or behind other latents, so it is estimated
 * by averaging draws. Each image gets two averages, independent of each other given the image;
 * their covariance over images is the variance of the posterior mean without bias, whatever the
 * number of draws (the variance of one average would count the posterior's own spread as activity).
 * An average is over {@link #DRAWS}/2 draws in antithetic pairs, whose noise is opposite: of a
 * normal posterior given data alone the average is then the mean exactly.
 */
public final class ActiveUnits {
  /** Draws of each image, in the order: noise 0, its opposite, noise 1, its opposite, ... */
  public static final int DRAWS = 8;

  /** The threshold of Burda et al.; the prior's variance is 1. */
  private static final double THRESHOLD = 0.01;

  private final Map<String, Covariance> latents = new LinkedHashMap<>();

  /** Nothing counted yet. */
  public ActiveUnits() {}

  /**
   * How many dimensions of a latent are active.
   *
   * @param active whose posterior mean varies
   * @param total all of them
   */
  public record Count(int active, int total) {
    @Override
    public String toString() {
      return active + "/" + total;
    }
  }

  /** The counts by latent; none for fewer than two images, which cannot vary. */
  public Map<String, Count> counts() {
    Map<String, Count> counts = new LinkedHashMap<>();
    latents.forEach(
        (name, covariance) -> {
          if (covariance.images > 1) {
            counts.put(name, covariance.count());
          }
        });
    return counts;
  }

  /** Collects the draws of some images; {@link Draws#close()} adds them to the counts. */
  public Draws draws(int images) {
    return new Draws(images);
  }

  /** The draws of some images; all must have been added when it is closed. */
  public final class Draws implements AutoCloseable {
    private final int images;
    private final Map<String, float[][]> sums = new LinkedHashMap<>();

    private Draws(int images) {
      this.images = images;
    }

    /**
     * Adds draws of successive pairs of image and draw, of which the images change fastest.
     *
     * @param from the first pair's index: draw * images + image
     * @param values [pairs, latent]
     * @param size numbers in one latent
     */
    public void add(String latent, long from, FloatBuffer values, int size) {
      float[][] halves = sums.computeIfAbsent(latent, name -> new float[2][images * size]);
      for (int i = 0; i < values.limit(); i++) {
        long pair = from + i / size;
        int half = (int) (pair / images) / (DRAWS / 2);
        halves[half][(int) (pair % images) * size + i % size] += values.get(i) / (DRAWS / 2);
      }
    }

    @Override
    public void close() {
      sums.forEach(
          (name, halves) ->
              latents
                  .computeIfAbsent(name, n -> new Covariance(halves[0].length / images))
                  .add(halves[0], halves[1]));
    }
  }

  /** The covariance over images of two numbers per dimension, one image at a time. */
  private static final class Covariance {
    private final double[] first;
    private final double[] second;
    private final double[] product;
    private long images;

    Covariance(int size) {
      first = new double[size];
      second = new double[size];
      product = new double[size];
    }

    void add(float[] one, float[] other) {
      for (int from = 0; from < one.length; from += first.length) {
        images++;
        for (int d = 0; d < first.length; d++) {
          double before = one[from + d] - first[d];
          first[d] += before / images;
          second[d] += (other[from + d] - second[d]) / images;
          product[d] += before * (other[from + d] - second[d]);
        }
      }
    }

    Count count() {
      int active = 0;
      for (double sum : product) {
        active += sum / (images - 1) > THRESHOLD ? 1 : 0;
      }
      return new Count(active, product.length);
    }
  }
}
