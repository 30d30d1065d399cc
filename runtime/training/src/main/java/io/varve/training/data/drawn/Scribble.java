package io.varve.training.data.drawn;

import io.varve.training.data.set.KeyedRandom;
import java.util.List;

/** Draws one digit or a few free strokes, shaken as a hand would. */
public final class Scribble {
  /** Every fifth image, on average, shows free strokes. */
  private static final double FREE = 0.2;

  /** Part of the image's side that a digit's height takes, as in MNIST: 20 of 28 pixels. */
  private static final double HEIGHT = 20.0 / 28;

  private final KeyedRandom chance;
  private final int size;
  private final Canvas canvas;

  private Scribble(int size, KeyedRandom chance) {
    this.size = size;
    this.chance = chance;
    // Half-width of the pen and softness of its edge, as part of the side: 1 to 1.7 pixels of 28.
    double pen = chance.between(0.034, 0.06) * size;
    this.canvas = new Canvas(size, pen, Math.max(1, 0.045 * size), chance.between(0.85, 1));
  }

  /** The image of this stream of chance: size x size bytes, 255 is ink. */
  public static byte[] draw(int size, KeyedRandom chance) {
    Scribble scribble = new Scribble(size, chance);
    if (chance.unit() < FREE) {
      scribble.free();
    } else {
      scribble.digit();
    }
    return scribble.canvas.pixels();
  }

  private void free() {
    int strokes = 1 + chance.below(3);
    for (int s = 0; s < strokes; s++) {
      double[] curve = new double[8];
      for (int i = 0; i < curve.length; i++) {
        curve[i] = size * chance.between(0.15, 0.85);
      }
      canvas.curve(curve);
    }
  }

  private void digit() {
    List<double[]> skeleton = Skeletons.DIGITS.get(chance.below(Skeletons.DIGITS.size()));
    double scale = HEIGHT * size * (1 + chance.bell(0.06));
    double aspect = 0.9 * (1 + chance.bell(0.1));
    double slant = -0.1 + chance.bell(0.16);
    double turn = chance.bell(0.09); // small: sin t = t and cos t = 1 - t^2/2 serve
    double left = size * (0.5 + chance.bell(0.025));
    double top = size * (0.5 + chance.bell(0.025));
    for (double[] points : skeleton) {
      double[] curve = new double[points.length];
      for (int i = 0; i < points.length; i += 2) {
        double y = points[i + 1] - 0.5 + chance.bell(0.022);
        double x = (points[i] - 0.5 + chance.bell(0.022)) * aspect + slant * y;
        double cosine = 1 - turn * turn / 2;
        curve[i] = left + scale * (cosine * x - turn * y);
        curve[i + 1] = top + scale * (turn * x + cosine * y);
      }
      canvas.curve(curve);
    }
  }
}
